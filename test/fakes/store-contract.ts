import { beforeEach, describe, expect, it } from 'vitest';
import type { StateStore } from '../../src/protocol/store.ts';

/** What every state store keeps. `makeStore` gives an empty one. */
export function describeStateStore(name: string, makeStore: () => StateStore): void {
  describe(`${name} as a state store`, () => {
    let store: StateStore;
    beforeEach(() => {
      store = makeStore();
    });

    it('gives back what was written, as text and as bytes', async () => {
      await store.write('snapshots/a.json', '{"grün":1}');
      expect(await store.readText('snapshots/a.json')).toBe('{"grün":1}');
      expect(Buffer.from((await store.readBytes('snapshots/a.json')) ?? []).toString()).toBe('{"grün":1}');
    });

    it('keeps bytes that are not UTF-8', async () => {
      const bytes = Uint8Array.from([0, 255, 254, 128, 10]);
      await store.write('kept/blob', bytes);
      expect(Uint8Array.from((await store.readBytes('kept/blob')) ?? [])).toEqual(bytes);
    });

    it('gives a part of a file by its bytes', async () => {
      await store.write('a', 'häuser');
      const part = async (offset: number, limit: number) =>
        Buffer.from((await store.readRange('a', offset, limit)) ?? []).toString('latin1');
      expect(await part(0, 2)).toBe('h\xc3');
      expect(await part(2, 3)).toBe('\xa4us');
      expect(await part(5, 100)).toBe('er');
      expect(await part(100, 5)).toBe('');
      expect(await store.readRange('nothing', 0, 1)).toBeUndefined();
    });

    it('removes a folder with all that is in it, and no other', async () => {
      await store.write('runs/r1.files/a', '1');
      await store.write('runs/r1.files/b', '2');
      await store.write('runs/r1.jsonl', '3');
      await store.removeFolder('runs/r1.files');
      await store.removeFolder('runs/r1.files');
      expect(await store.list('runs/r1.files')).toEqual([]);
      expect((await store.list('runs')).map(({ name }) => name)).toEqual(['r1.jsonl']);
    });

    it('replaces the whole of an older text', async () => {
      await store.write('a', 'a longer text');
      await store.write('a', 'short');
      expect(await store.readText('a')).toBe('short');
    });

    it('has undefined for what was never written or was removed', async () => {
      expect(await store.readText('no/such')).toBeUndefined();
      await store.write('gone', 'x');
      await store.remove('gone');
      await store.remove('gone');
      await store.remove('no-such-folder/gone');
      expect(await store.readBytes('gone')).toBeUndefined();
    });

    it('lists the files of one folder, sorted, by their own name, without locks', async () => {
      await store.write('runs/b.jsonl', '22');
      await store.write('runs/a.jsonl', '1');
      await store.write('runs/deeper/c.jsonl', '1');
      const lock = await store.lock('runs/b.jsonl');
      const entries = await store.list('runs');
      lock?.release();
      expect(entries.map(({ name, sizeBytes }) => ({ name, sizeBytes }))).toEqual([
        { name: 'a.jsonl', sizeBytes: 1 },
        { name: 'b.jsonl', sizeBytes: 2 },
      ]);
      expect(Math.abs(Date.now() - (entries[0]?.modifiedAt ?? 0))).toBeLessThan(60_000);
      expect(await store.list('nothing')).toEqual([]);
    });

    it.each(['../out', '/etc/passwd', 'a/../../b', 'a//b', '', '.', '.tmp/x', 'a\0b'])(
      'refuses the name %j',
      async (bad) => {
        await expect(async () => store.write(bad, 'x')).rejects.toThrow('not a name in the state store');
        await expect(async () => store.readText(bad)).rejects.toThrow('not a name in the state store');
        await expect(async () => store.openAppend(bad)).rejects.toThrow('not a name in the state store');
      },
    );

    it('appends to what is there, text and bytes', async () => {
      const first = await store.openAppend('runs/r.jsonl');
      first.append('one\n');
      await first.sync();
      first.close();
      const second = await store.openAppend('runs/r.jsonl');
      second.append(Buffer.from('zwei ü\n'));
      expect(await second.readText()).toBe('one\nzwei ü\n');
      second.close();
      expect(await store.readText('runs/r.jsonl')).toBe('one\nzwei ü\n');
    });

    it('cuts an append file back and goes on at its new end', async () => {
      const file = await store.openAppend('r');
      file.append('whole\ntorn');
      file.truncate(6);
      file.truncate(100);
      file.append('next\n');
      file.close();
      expect(await store.readText('r')).toBe('whole\nnext\n');
    });

    it('refuses to append after close', async () => {
      const file = await store.openAppend('r');
      file.close();
      file.close();
      expect(() => file.append('x')).toThrow('closed');
    });

    it('gives a lock to one holder at a time', async () => {
      const first = await store.lock('goals/health');
      expect(first).toBeDefined();
      expect(await store.lock('goals/health')).toBeUndefined();
      expect(await store.lock('goals/health')).toBeUndefined();
      const other = await store.lock('goals/other');
      expect(other).toBeDefined();
      other?.release();
      first?.release();
      first?.release();
      const second = await store.lock('goals/health');
      expect(second).toBeDefined();
      second?.release();
    });

    it('waits for a lock as long as it was told', async () => {
      const first = await store.lock('l');
      setTimeout(() => first?.release(), 60);
      const second = await store.lock('l', 5000);
      expect(second).toBeDefined();
      const start = performance.now();
      expect(await store.lock('l', 50)).toBeUndefined();
      expect(performance.now() - start).toBeGreaterThanOrEqual(49);
      second?.release();
    });
  });
}
