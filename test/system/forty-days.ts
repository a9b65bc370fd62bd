import { cpSync, existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDiskStore } from '../../src/host/index.ts';
import type { Found, HistoryEntry } from '../../src/protocol/state-file.ts';
import { readHistory, swapState, tagEntry } from '../../src/state/index.ts';
import { namedZone } from '../fakes/zone.ts';
import { scanned, source } from '../state/make-state.ts';
import { type Box, createBox, type Ended } from './steward.ts';
import { toldClock } from './told-clock.ts';

const HOUR = 3_600_000;
export const SCANS = 40 * 24;
/** Seven minutes past each hour. */
const PAST_MS = 7 * 60_000;
/** Nothing changes from the first of these scans to the last; of the second stretch the content is that of the first. */
export const QUIET = [
  [850, 899],
  [930, 939],
] as const;
export const TAGGED = 30;

/** What a scan said, told apart by a fact that is another one each time, but for the quiet hours. */
export function releaseAt(scan: number): string {
  return QUIET.some(([first, last]) => scan >= first && scan <= last) ? 'quiet' : `r${scan}`;
}

/** A small site over forty days: releases, a guest that moves, mail that fails, a wiki that comes, a silent source. */
function siteAt(scan: number): { web1: Found; pve: Found | string } {
  const on = { host: 'web1', facts: { manager: 'systemd' } };
  const wiki = { id: 'web1/wiki', name: 'wiki.service', ...on, status: 'running', ports: [8080] };
  return {
    web1: {
      hosts: [{ id: 'web1', name: 'web1', host: 'web1', status: 'up' }],
      services: [
        {
          ...{ id: 'web1/shop', name: 'shop.service', ...on, status: 'running' },
          ports: scan < 600 ? [80] : [443],
          facts: { manager: 'systemd', release: releaseAt(scan) },
        },
        { id: 'web1/mail', name: 'mail.service', ...on, status: scan < 600 ? 'running' : 'failed' },
        ...(scan < 500 ? [] : [wiki]),
      ],
    },
    pve:
      scan > 700 && scan < 720
        ? 'connection refused'
        : {
            guests: [
              { id: '105', name: 'redis', host: scan < 300 ? 'pve1' : 'pve2', status: 'running' },
              ...(scan < 400 ? [{ id: '106', name: 'old-wiki', host: 'pve1', status: 'running' }] : []),
            ],
          },
  };
}

export interface FortyDays {
  zone: string;
  /** When scan number n was, milliseconds since the epoch. */
  scannedAt(scan: number): number;
  /** Just after the last scan. */
  now: number;
  entries: HistoryEntry[];
  /** In a home of its own, with that zone, and a clock that stands at `now` (or another moment) when a command begins. */
  open(now?: number): Box & { state(...words: string[]): Promise<Ended> };
}

/**
 * Forty days of hourly scans until `end`, through the real store with a clock that is told; written where nothing waits
 * for a disk, and copied for each test.
 */
export async function liveFortyDays(zone: string, end: string, cleanUp: string[]): Promise<FortyDays> {
  const folder = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'steward-forty-days-'));
  cleanUp.push(folder);
  const last = Math.floor(Date.parse(end) / HOUR) * HOUR + PAST_MS;
  const scannedAt = (scan: number): number => last - (SCANS - 1 - scan) * HOUR;
  let now = 0;
  const ports = {
    store: openDiskStore(folder),
    clock: { now: () => now, elapsed: () => now, sleep: async () => {} },
    zone: quick(namedZone(zone)),
  };
  for (let scan = 0; scan < SCANS; scan += 1) {
    now = scannedAt(scan);
    const { web1, pve } = siteAt(scan);
    const sources = [source('systemd:web1', web1, now), source('proxmox:pve', pve, now)];
    await swapState(ports, (current) => scanned(current, sources, { at: now }));
    if (scan === TAGGED)
      await tagEntry(ports, (await readHistory(ports.store)).at(-1)?.seq ?? 0, 'before-move');
  }
  return {
    zone,
    scannedAt,
    now: last + 1_000,
    entries: await readHistory(ports.store),
    open(at = last + 1_000) {
      const box = createBox({ TZ: zone, ...toldClock(at) });
      const home = join(box.home, '.local/state/steward');
      cpSync(folder, home, { recursive: true });
      return { ...box, state: (...words) => box.run(['state', ...words]) };
    },
  };
}

/** Intl is asked once for each quarter of an hour, by which all offsets change. */
function quick({ aheadMinutes }: { aheadMinutes(ms: number): number }) {
  const known = new Map<number, number>();
  return {
    aheadMinutes(ms: number): number {
      const quarter = Math.floor(ms / 900_000);
      const ahead = known.get(quarter) ?? aheadMinutes(ms);
      known.set(quarter, ahead);
      return ahead;
    },
  };
}
