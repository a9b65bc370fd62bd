import { createMasker } from '../../src/lib/mask.ts';
import type { Notice, RunStory, Scene } from '../../src/notify/index.ts';
import type { Episode } from '../../src/protocol/episode.ts';
import type { Finding } from '../../src/protocol/finding.ts';
import type { Incident } from '../../src/protocol/incident.ts';

/** 03:00 in winter, one hour ahead of UTC. */
export const NOW = Date.parse('2026-11-21T02:00:00Z');
export const MINUTE = 60_000;
export const SECRET = 'hunter2-hunter2-hunter2';

export const SCENE: Scene = {
  now: NOW,
  zone: { name: 'Europe/Berlin', aheadMinutes: () => 60 },
  mask: createMasker([SECRET], 'salt').mask,
};

export function anEpisode(more: Partial<Episode> = {}): Episode {
  return {
    fingerprint: 'aaaaaaaaaaaaaaaa',
    startsAt: '2026-11-21T01:14:00Z',
    endsAt: null,
    status: 'firing',
    wasSeenFiring: true,
    ended: null,
    firstSeenAt: NOW,
    lastSeenAt: NOW,
    resolvedSeenAt: null,
    unlistedAt: null,
    contradictions: 0,
    labels: { alertname: 'DiskFull', instance: 'nuc1:9100', severity: 'critical' },
    annotations: { summary: '/var is 97% full' },
    ...more,
  };
}

export function anIncident(more: Partial<Incident> = {}): Incident {
  const read: Partial<Incident> = {
    id: 'i-0123456789ab',
    state: 'open',
    intake: 'alertmanager',
    source: 'main',
    groupKey: '{}:{alertname="DiskFull"}',
    title: 'DiskFull',
    severity: 'critical',
    about: 'service',
    hosts: ['nuc1'],
    openedAt: Date.parse('2026-11-21T01:15:00Z'),
    updatedAt: NOW,
    stateSince: Date.parse('2026-11-21T01:15:00Z'),
    resolvedAt: null,
    reopened: 0,
    members: [anEpisode()],
    missing: 0,
    deliveries: 1,
    duplicates: 0,
    recentKeys: [],
    runs: [],
    foldedInto: null,
    acked: null,
    answer: null,
    timeline: [],
    externalUrl: null,
    ...more,
  };
  // Whatever else an incident has, no message reads it.
  return read as Incident;
}

export function aFinding(more: Partial<Finding> = {}): Finding {
  return {
    id: 'F1',
    key: 'disk-full:/var',
    rule: 'disk-full',
    probe: 'disk',
    severity: 'critical',
    class: 'advisory',
    object: '/var',
    text: 'File system /var is 97% full',
    evidence: ['P1'],
    state: 'new',
    since: Date.parse('2026-11-21T01:14:00Z'),
    isOpen: true,
    quietReason: null,
    ...more,
  };
}

export function aStory(more: Partial<RunStory> = {}): RunStory {
  return {
    run: '3a7c4a58-0000-4000-8000-000000000000',
    goal: 'health-check',
    host: 'nuc1',
    outcome: 'escalated',
    reason: 'escalated',
    message: '1 finding stands',
    findings: [aFinding()],
    summary: null,
    did: [],
    failed: [],
    parked: [],
    resumeAt: null,
    endedAt: NOW,
    ...more,
  };
}

export function aNotice(more: Partial<Notice> = {}): Notice {
  return {
    key: 'incident:i-1:open:1',
    thread: 'incident:i-1',
    severity: 'critical',
    kind: 'opened',
    isLoud: true,
    isSequel: false,
    at: NOW,
    headline: ['CRITICAL ', { outside: 'DiskFull' }, ' on nuc1 since 02:14: steward has not looked yet'],
    body: [['> ', { outside: '/var is 97% full' }]],
    link: 'https://steward.example.org/incidents/i-1',
    facts: {},
    ...more,
  };
}
