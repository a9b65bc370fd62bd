import { describe, expect, it } from 'vitest';
import { emptyHistory, type FindingHistory, mergeEntries, mergeSeen } from '../../src/context/index.ts';

function entry(probe: string, lastSeen: number): FindingHistory['entries'][string] {
  return {
    rule: 'r',
    probe,
    severity: 'warning',
    since: 0,
    lastSeen,
    openedAt: null,
    openedMeasure: null,
    askedAt: null,
    cooldownMs: 1,
    returns: 0,
    goneAt: null,
  };
}

describe('findings that two checks remember at once', () => {
  it('are both kept: each brings the entries of the probes that it judged', () => {
    const stored = { ...emptyHistory(), entries: { 'a:x': entry('a', 1), 'b:y': entry('b', 9) } };
    const judged = { ...emptyHistory(), entries: { 'a:x': entry('a', 5), 'b:y': entry('b', 1) } };
    expect(mergeEntries(stored, judged, ['a']).entries).toEqual({
      'a:x': entry('a', 5),
      'b:y': entry('b', 9),
    });
  });

  it('keep the mutes and the memory of whoever wrote last', () => {
    const stored = { ...emptyHistory(), mutes: { k: { untilMs: 5, by: 'ops' } }, seen: { r: { v: 1 } } };
    const merged = mergeEntries(stored, emptyHistory(), ['a']);
    expect(merged).toMatchObject({ mutes: stored.mutes, seen: stored.seen });
  });
});

describe('what changed rules have seen', () => {
  it('is added value by value, so that a check of the same minute does not unlearn it', () => {
    const stored = { ...emptyHistory(), seen: { 'p.r': { '22/tcp': 1 }, 'q.s': { z: 1 } } };
    const judged = { ...emptyHistory(), seen: { 'p.r': { '80/tcp': 2 } } };
    expect(mergeSeen(stored, judged).seen).toEqual({ 'p.r': { '22/tcp': 1, '80/tcp': 2 }, 'q.s': { z: 1 } });
  });

  it('is dated anew after an hour, and not before', () => {
    const hour = 3_600_000;
    const stored = { ...emptyHistory(), seen: { r: { '22/tcp': 10 * hour, '80/tcp': 10 * hour } } };
    const seenAt = (at: number) => mergeSeen(stored, { ...emptyHistory(), seen: { r: { '22/tcp': at } } });
    expect(seenAt(10 * hour + hour - 1)).toEqual(stored);
    expect(seenAt(11 * hour).seen).toEqual({ r: { '22/tcp': 11 * hour, '80/tcp': 10 * hour } });
    // A clock that ran ahead was put right.
    expect(seenAt(2 * hour).seen).toEqual({ r: { '22/tcp': 2 * hour, '80/tcp': 10 * hour } });
  });
});
