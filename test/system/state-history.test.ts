import { rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { formatZonedTime } from '../../src/lib/zoned-time.ts';
import { STATE_SECTIONS, type StateFile, type StateItem } from '../../src/protocol/state-file.ts';
import { namedZone } from '../fakes/zone.ts';
import { type FortyDays, liveFortyDays, QUIET, releaseAt, SCANS, TAGGED } from './forty-days.ts';

const HOUR = 3_600_000;
const all = new Map<string, FortyDays>();
const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** Where clocks change within the last week, so that each hour is known, and where they changed before it. */
const SPANS = [
  {
    zone: 'Europe/Berlin',
    end: '2026-10-28T11:00:00Z',
    dayAfter: '2026-10-26T09:00:00Z',
    twice: ['2026-10-25 02:30', '2026-10-25 02:30:00 +02:00', '2026-10-25 02:30:00 +01:00'],
  },
  {
    zone: 'Australia/Lord_Howe',
    end: '2026-04-08T11:00:00Z',
    dayAfter: '2026-04-05T20:00:00Z',
    twice: ['2026-04-05 01:45', '2026-04-05 01:45:00 +11:00', '2026-04-05 01:45:00 +10:30'],
  },
  {
    zone: 'Europe/Berlin',
    end: '2026-04-15T11:00:00Z',
    dayAfter: '2026-03-30T09:00:00Z',
    leftOut: ['2026-03-29 02:30', '2026-03-29 03:30:00 +02:00'],
  },
] as const;

// Side by side: each waits for its files most of the time.
beforeAll(async () => {
  await Promise.all(
    SPANS.map(async ({ zone, end }) => all.set(end, await liveFortyDays(zone, end, folders))),
  );
}, 240_000);

function daysUntil(end: string): FortyDays {
  const days = all.get(end);
  if (days === undefined) throw new Error(`no history ends ${end}`);
  return days;
}

for (const span of SPANS) {
  describe(`forty days of hourly scans until ${span.end.slice(0, 10)} in ${span.zone}`, () => {
    const zone = namedZone(span.zone);
    const shown = (ms: number): string => formatZonedTime(ms, zone);
    const lastScanBy = (ms: number): number =>
      SCANS - 1 - Math.max(0, Math.ceil((daysUntil(span.end).scannedAt(SCANS - 1) - ms) / HOUR));

    it('knows each hour of 7 days, the last of each day on the wall for 30, what is tagged, and nothing twice', () => {
      const days = daysUntil(span.end);
      const known = (ms: number) => days.entries.findLast(({ at }) => at <= ms);
      const contents = new Map(days.entries.map(({ at, content }) => [releaseAt(lastScanBy(at)), content]));
      for (let scan = SCANS - 7 * 24; scan < SCANS; scan += 1) {
        const entry = known(days.scannedAt(scan) + 1);
        expect([scan, entry?.content]).toEqual([scan, contents.get(releaseAt(scan))]);
        expect(entry?.until).toBeGreaterThanOrEqual(days.scannedAt(scan));
      }
      const wallDay = (ms: number): string => shown(ms).slice(0, 10);
      const kept = new Set(days.entries.map(({ at }) => at));
      for (let scan = SCANS - 29 * 24; scan < SCANS - 8 * 24; scan += 1) {
        const isLastOfDay = wallDay(days.scannedAt(scan)) !== wallDay(days.scannedAt(scan + 1));
        expect([shown(days.scannedAt(scan)), kept.has(days.scannedAt(scan))]).toEqual([
          shown(days.scannedAt(scan)),
          isLastOfDay || QUIET.some(([first]) => first === scan),
        ]);
      }
      const [first] = days.entries;
      expect(first).toMatchObject({ at: days.scannedAt(TAGGED), tag: 'before-move' });
      const quiet = days.entries.filter(({ content }) => content === contents.get('quiet'));
      expect(quiet.map(({ at, until }) => [lastScanBy(at), lastScanBy(until)])).toEqual(QUIET);
      expect(days.entries.length).toBeLessThan(1 + 24 + 7 * 24 + 3);
    });

    it('answers "yesterday at 14:00" the day after clocks changed, with what had been seen by then', async () => {
      const days = daysUntil(span.end);
      const box = days.open(Date.parse(span.dayAfter));
      const { asked_at, state } = JSON.parse((await box.state('at', 'yesterday at 14:00', '--json')).stdout);
      expect(shown(Date.parse(asked_at)).slice(11, 19)).toBe('14:00:00');
      expect(Date.parse(span.dayAfter) - Date.parse(asked_at)).toBeLessThan(36 * HOUR);
      const asked = lastScanBy(Date.parse(asked_at));
      // More than a week before the last scan only the last of each day is kept.
      const isHourly = days.now - Date.parse(asked_at) < 7 * 24 * HOUR;
      const scan = isHourly ? asked : lastOfDayBefore(asked);
      expect(releaseIn(state)).toBe(releaseAt(scan));
    });

    const lastOfDayBefore = (scan: number): number => {
      const day = (each: number): string => shown(daysUntil(span.end).scannedAt(each)).slice(0, 10);
      let each = scan;
      while (each > 0 && day(each) === day(scan)) each -= 1;
      return each;
    };

    if ('twice' in span) {
      const [text, first, second] = span.twice;
      it(`answers for ${text}, which comes twice, with the first, and names the other`, async () => {
        const box = daysUntil(span.end).open();
        const said = await box.state('at', text);
        expect(said).toMatchObject({
          code: 0,
          stderr: `steward: clocks went back and showed "${text}" twice: this is the first; the other is "${second}"\n`,
          stdout: expect.stringContaining(`As it was ${first}`),
        });
        const [one, other] = await Promise.all(
          [text, second].map(async (words) => JSON.parse((await box.state('at', words, '--json')).stdout)),
        );
        expect([one.asked_at, other.asked_at].map((time) => shown(Date.parse(time)))).toEqual([
          first,
          second,
        ]);
        const scans = [one, other].map(({ asked_at }) => lastScanBy(Date.parse(asked_at)));
        expect(scans[1]).toBe((scans[0] ?? 0) + 1);
        expect([releaseIn(one.state), releaseIn(other.state)]).toEqual(scans.map(releaseAt));
      });
    }
    if ('leftOut' in span) {
      const [text, instead] = span.leftOut;
      it(`says that clocks have never shown ${text}, and for which moment it answers`, async () => {
        const days = daysUntil(span.end);
        const said = await days.open().state('at', text);
        const kept = lastOfDayBefore(lastScanBy(Date.parse('2026-03-29T01:30:00Z')));
        expect(said).toMatchObject({
          code: 0,
          stderr: `steward: clocks went forward over "${text}": this is ${instead}\n`,
          stdout: expect.stringMatching(
            `^As it was ${asPattern(instead)}, last seen so ${asPattern(shown(days.scannedAt(kept)))}; nobody looked between:`,
          ),
        });
      });
    }
  });
}

describe('what a history of forty days is good for', () => {
  it('tells what has changed between two moments in sentences', async () => {
    const box = daysUntil(SPANS[0].end).open();
    const since = await box.state('diff', 'before-move', '2026-10-28 12:00');
    expect(since).toMatchObject({ code: 0, stderr: '' });
    expect(since.stdout).toBe(
      [
        'From 2026-09-19 20:07:00 +02:00 to 2026-10-28 12:00:00 +01:00:',
        'Guest 105 (redis) moved from pve1 to pve2.',
        'Guest 106 (old-wiki) on pve1 is gone; it was running.',
        'mail.service on web1 has failed; it was running.',
        'shop.service on web1 listens on 443 now, and no longer on 80.',
        'The release of shop.service on web1 is r958 now; it was r30.',
        'wiki.service on web1 is new, and is running.',
        '',
      ].join('\n'),
    );
    expect((await box.state('diff', '2026-10-24 20:00', '2026-10-25 10:00')).stdout).toBe(
      ['From 2026-10-24 20:00:00 +02:00 to 2026-10-25 10:00:00 +01:00:', 'nothing has changed.', ''].join(
        '\n',
      ),
    );
  });

  it('is added to by a restore, which marks every item stale and changes nothing else of it', async () => {
    const box = daysUntil(SPANS[0].end).open();
    const asked = ['at', 'yesterday at 14:00', '--json'] as const;
    const before = { at: (await box.state(...asked)).stdout, tagged: await at(box, 'before-move') };
    const rows = await entriesOf(box);
    const restored = await box.state('restore', 'before-move');
    expect(restored.code).toBe(0);
    expect(restored.stdout).toContain(
      [
        'state.json is as it was 2026-09-19 20:07:00 +02:00; its 5 items are marked stale until the next scan. The machines stay as they are.',
        'Since then:',
        '  Guest 105 (redis) moved from pve1 to pve2.',
        '  Guest 106 (old-wiki) on pve1 is gone; it was running.',
        '  mail.service on web1 has failed; it was running.',
      ].join('\n'),
    );
    const now = JSON.parse((await box.state('export')).stdout) as StateFile;
    const reason = 'restored from 2026-09-19T18:07:00.000Z; not looked at since';
    for (const section of STATE_SECTIONS) {
      expect(now[section]).toEqual(
        before.tagged[section].map((item: StateItem) => ({
          ...item,
          stale: { since: item.seen_at ?? before.tagged.meta.generated_at, reason },
        })),
      );
    }
    const after = await entriesOf(box);
    expect(after.slice(0, -1)).toEqual(rows);
    expect(after.at(-1)).toMatchObject({ tag: null, at: now.meta.generated_at });
    expect((await box.state(...asked)).stdout).toBe(before.at);
    expect(await box.state('validate')).toMatchObject({ code: 0 });
    const back = await box.state('restore', `#${rows.at(-1)?.seq}`);
    expect(back.stdout).toContain(
      'What systemd:web1 last said of 3 things is stale: restored from 2026-09-19',
    );
    expect(JSON.parse((await box.state('export')).stdout).services.map(statusOf)).toEqual([
      'mail.service failed',
      'shop.service running',
      'wiki.service running',
    ]);
    expect((await entriesOf(box)).length).toBe(rows.length + 2);
    expect(await box.state('at', '#2')).toMatchObject({
      code: 42,
      stderr: expect.stringContaining('the history has no #2: it was not kept, or never was'),
    });
  });
});

type Opened = ReturnType<FortyDays['open']>;

async function at(box: Opened, words: string): Promise<StateFile> {
  return JSON.parse((await box.state('at', words, '--json')).stdout).state;
}

async function entriesOf(box: Opened): Promise<{ seq: number; tag: string | null; at: string }[]> {
  return JSON.parse((await box.state('history', '--json')).stdout).entries;
}

function releaseIn(state: StateFile): unknown {
  return state.services.find(({ name }) => name === 'shop.service')?.facts.release;
}

function statusOf({ name, status }: StateItem): string {
  return `${name} ${status}`;
}

function asPattern(text: string): string {
  return text.replace(/[.+]/g, '\\$&');
}
