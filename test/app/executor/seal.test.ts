import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { seal, unseal } from '../../../src/app/executor/seal.ts';
import { readSealKey, sealStore } from '../../../src/app/executor/sealed-store.ts';
import { createMemoryStore, openDiskStore } from '../../../src/host/index.ts';
import { describeStateStore } from '../../fakes/store-contract.ts';

const KEY = 'ab'.repeat(32);
const scratch = mkdtempSync(join(tmpdir(), 'steward-seal-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));
let folders = 0;
const newFolder = () => join(scratch, `state-${folders++}`);

const key = fc
  .uint8Array({ minLength: 32, maxLength: 32 })
  .map((bytes) => Buffer.from(bytes).toString('hex'));

describe('a seal', () => {
  it('gives back what was sealed, whatever it is', () => {
    fc.assert(
      fc.property(
        key,
        fc.string(),
        fc.oneof(fc.string(), fc.constant('größer \u{1f642}\n')),
        (k, name, body) => {
          expect(unseal(k, name, seal(k, name, body))).toBe(body);
        },
      ),
    );
  });

  it('does not hold under another name or with another key', () => {
    fc.assert(
      fc.property(key, key, fc.string(), fc.string(), fc.string(), (k, other, name, elsewhere, body) => {
        fc.pre(k !== other && name !== elsewhere);
        const sealed = seal(k, name, body);
        expect(unseal(k, elsewhere, sealed)).toBeNull();
        expect(unseal(other, name, sealed)).toBeNull();
      }),
    );
  });

  it('breaks with any byte that is changed, left out or put in, unless the record stays the very same', () => {
    const record = '{"id":"a-1","state":"pending"}';
    const sealed = seal(KEY, 'approvals/a-1.json', record);
    fc.assert(
      fc.property(fc.nat(sealed.length - 1), fc.nat(1), fc.string({ maxLength: 3 }), (at, cut, put) => {
        const altered = sealed.slice(0, at) + put + sealed.slice(at + cut);
        const found = unseal(KEY, 'approvals/a-1.json', altered);
        if (found !== null) expect(found).toBe(record);
      }),
      { numRuns: 2_000 },
    );
  });

  it('is not found in anything else', () => {
    fc.assert(fc.property(fc.string(), (text) => unseal(KEY, 'n', text) === null));
    fc.assert(fc.property(fc.json(), (text) => unseal(KEY, 'n', text) === null));
  });
});

describeStateStore('sealed, in memory', () => sealStore(createMemoryStore('a test'), KEY, () => {}));

describe('a sealed store', () => {
  it('keeps records of approvals sealed on disk, and everything else as it is', async () => {
    const folder = newFolder();
    const store = sealStore(openDiskStore(folder), KEY, () => {});
    await store.write('approvals/a-1.json', '{"id":"a-1"}');
    await store.write('runs/x.name', 'night');
    expect(await store.readText('approvals/a-1.json')).toBe('{"id":"a-1"}');
    expect(readFileSync(join(folder, 'approvals/a-1.json'), 'utf8')).toMatch(/^\{"seal":"[0-9a-f]{64}"/);
    expect(readFileSync(join(folder, 'runs/x.name'), 'utf8')).toBe('night');
  });

  it('has no record that was put there without a seal, altered, or copied from another name; it tells which', async () => {
    const folder = newFolder();
    const broken: string[] = [];
    const store = sealStore(openDiskStore(folder), KEY, (name) => broken.push(name));
    await store.write('approvals/a-1.json', '{"state":"pending"}');
    const real = readFileSync(join(folder, 'approvals/a-1.json'), 'utf8');
    const put = (name: string, text: string) => writeFileSync(join(folder, 'approvals', name), text);
    put('a-2.json', '{"state":"approved"}');
    put('a-3.json', real);
    put('a-4.json', real.replace('pending', 'approved'));
    const names = ['a-2', 'a-3', 'a-4'].map((id) => `approvals/${id}.json`);
    for (const name of names) expect(await store.readText(name)).toBeUndefined();
    expect(broken).toEqual(names);
    expect(await store.readText('approvals/a-1.json')).toBe('{"state":"pending"}');
  });

  it('has one key for all, made once, that only its owner can read', async () => {
    const folder = newFolder();
    const keys = await Promise.all([1, 2, 3].map(() => readSealKey(openDiskStore(folder))));
    expect(new Set(keys).size).toBe(1);
    expect(keys[0]).toMatch(/^[0-9a-f]{64}$/);
    expect(statSync(join(folder, 'seal.key')).mode & 0o077).toBe(0);
    expect(statSync(folder).mode & 0o077).toBe(0);
  });

  it('does not go on with a key that is none', async () => {
    const store = openDiskStore(newFolder());
    await store.write('seal.key', 'hello\n');
    await expect(readSealKey(store)).rejects.toThrow(/holds no key/);
  });
});
