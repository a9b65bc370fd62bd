import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openDiskStore } from '../../src/host/index.ts';
import { JOIN_RULES, openIncidents, readIncidents } from '../../src/incidents/index.ts';
import { delivery, NOW, reading, taken } from './deliveries.ts';

function newState() {
  const folder = mkdtempSync(join(tmpdir(), 'steward-incidents-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return { store: openDiskStore(folder), journal: join(folder, 'incidents/journal.jsonl'), folder };
}

const fires = (name: string, at = NOW) => taken(delivery([reading(name)], { groupKey: name }), at);

describe('the incidents in the state folder', () => {
  it('are what the inputs made of them, for whoever opens or reads them next', async () => {
    const { store } = newState();
    const writer = await openIncidents(store, JOIN_RULES);
    await writer.append([fires('a'), fires('b')], ['batch-1']);
    await writer.append([fires('c')], ['batch-2']);
    const written = writer.book();
    expect(await readIncidents(store, JOIN_RULES)).toEqual(written);
    writer.close();
    const again = await openIncidents(store, JOIN_RULES);
    expect(again.book()).toEqual(written);
    // Killed before it removed the file from the spool, it must know that it has it.
    expect(again.lastBatches()).toEqual(['batch-2']);
    again.close();
  });

  it('have one writer', async () => {
    const { store } = newState();
    const writer = await openIncidents(store, JOIN_RULES);
    await expect(openIncidents(store, JOIN_RULES)).rejects.toMatchObject({ code: 'incidents-busy' });
    writer.close();
    (await openIncidents(store, JOIN_RULES)).close();
  });

  it('lose at most the line in the middle of which the writer was killed, and write on after it', async () => {
    const { store, journal } = newState();
    const writer = await openIncidents(store, JOIN_RULES);
    await writer.append([fires('a')], ['batch-1']);
    writer.close();
    appendFileSync(journal, '{"seq":2,"batches":["batch-2"],"inputs":[{"at":1,"type":"delivery.ta');
    expect((await readIncidents(store, JOIN_RULES)).incidents.size).toBe(1);
    const again = await openIncidents(store, JOIN_RULES);
    expect(again.lastBatches()).toEqual(['batch-1']);
    await again.append([fires('b')], ['batch-2']);
    again.close();
    expect((await readIncidents(store, JOIN_RULES)).incidents.size).toBe(2);
  });

  it('write nothing for time that changes nothing', async () => {
    const { store, journal } = newState();
    const writer = await openIncidents(store, JOIN_RULES);
    await writer.append([fires('a')], ['batch-1']);
    const before = readFileSync(journal, 'utf8');
    await writer.append([{ at: NOW + 1_000, type: 'time.passed', awakeSince: NOW }]);
    expect(readFileSync(journal, 'utf8')).toBe(before);
    writer.close();
  });

  it('stay as small as what they hold, however long it goes on, and are the same folded and unfolded', async () => {
    const { store, journal, folder } = newState();
    const writer = await openIncidents(store, JOIN_RULES);
    const long = reading('a', { annotations: { summary: 'x'.repeat(4_000) } });
    const many = Array.from({ length: 200 }, (_, index) =>
      taken(delivery([long], { groupKey: `g${index % 10}` }), NOW + index),
    );
    for (let round = 0; round < 8; round++) await writer.append(many, [`batch-${round}`]);
    const written = writer.book();
    writer.close();
    expect(readFileSync(journal).length).toBeLessThan(6 * 1024 * 1024);
    expect(readFileSync(join(folder, 'incidents/book.json')).length).toBeLessThan(200 * 1024);
    expect(await readIncidents(store, JOIN_RULES)).toEqual(written);
    expect(written.incidents.size).toBe(10);
  });

  it('do not count twice what is in the snapshot and, by a kill, in the journal still', async () => {
    const { store, journal } = newState();
    const writer = await openIncidents(store, JOIN_RULES);
    const long = delivery([reading('a', { annotations: { summary: 'x'.repeat(4_000) } })]);
    const many = Array.from({ length: 600 }, (_, index) => taken(long, NOW + index));
    await writer.append(many, ['batch-1']);
    const before = readFileSync(journal, 'utf8');
    await writer.append(many, ['batch-2']);
    const written = writer.book();
    writer.close();
    expect(readFileSync(journal, 'utf8')).toBe('');
    writeFileSync(journal, before);
    const again = await openIncidents(store, JOIN_RULES);
    expect(again.book()).toEqual(written);
    expect([...again.book().incidents.values()]).toMatchObject([{ deliveries: 1_200, duplicates: 1_199 }]);
    again.close();
  });

  it('that are damaged say so, and what to do', async () => {
    const { store, folder } = newState();
    (await openIncidents(store, JOIN_RULES)).close();
    writeFileSync(join(folder, 'incidents/book.json'), '{"seq":');
    await expect(openIncidents(store, JOIN_RULES)).rejects.toMatchObject({ code: 'incidents-damaged' });
    await expect(openIncidents(store, JOIN_RULES)).rejects.toMatchObject({ code: 'incidents-damaged' });
  });
});
