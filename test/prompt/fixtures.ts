import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseGoalFile } from '../../src/goals/index.ts';
import { compileFragments, type PromptFacts } from '../../src/prompt/index.ts';
import type { Finding } from '../../src/protocol/finding.ts';
import type { LookItem, SnapshotItem } from '../../src/protocol/snapshot.ts';
import { namedZone } from '../fakes/zone.ts';

const ROOT = join(import.meta.dirname, '../..');

/** The files the project ships, as the build reads them. */
export function shippedFiles(folder: string): { source: string; text: string }[] {
  return readdirSync(join(ROOT, folder))
    .filter((name) => name.endsWith('.md'))
    .map((name) => ({ source: `${folder}/${name}`, text: readFileSync(join(ROOT, folder, name), 'utf8') }));
}

export const fragments = compileFragments(shippedFiles('prompts'));
export const goals = await Promise.all(
  shippedFiles('goals').map(({ source, text }) => parseGoalFile(source, 'shipped', text)),
);

export const NOW = Date.UTC(2026, 0, 3, 10, 38, 47);

export function item(id: string, probe: string, rest: Partial<SnapshotItem> = {}): SnapshotItem {
  const text = rest.text ?? '';
  return {
    id,
    probe,
    describe: `About ${probe}`,
    core: true,
    command: probe,
    host: 'nuc1',
    at: NOW - 2_000,
    durationMs: 12,
    status: 'ok',
    reason: null,
    text,
    totalBytes: Buffer.byteLength(text),
    isTruncated: false,
    digest: '0f3a9bc2d1e45678',
    change: 'new',
    egress: 'any',
    facts: {},
    ...rest,
  };
}

export function finding(id: string, probe: string, rest: Partial<Finding> = {}): Finding {
  return {
    id,
    key: `${probe}:x`,
    rule: `${probe}-rule`,
    probe,
    severity: 'critical',
    class: 'advisory',
    object: '/var',
    text: 'Something is wrong',
    evidence: [],
    state: 'new',
    since: NOW - 2_000,
    isOpen: true,
    quietReason: null,
    ...rest,
  };
}

export function look(id: string, of: string, rest: Partial<LookItem> = {}): LookItem {
  return {
    id,
    finding: of,
    command: 'du -x /var',
    at: NOW - 1_000,
    ok: true,
    reason: null,
    text: '',
    ...rest,
  };
}

export function facts(rest: Partial<PromptFacts> = {}): PromptFacts {
  return {
    marker: '5f2c90ab17de4c38',
    now: NOW,
    zone: namedZone('Europe/Berlin'),
    host: { hostname: 'nuc1', machine: '3fa8c21b90de', kernel: 'Linux 6.12.8', user: 'steward' },
    cwd: '/etc/nixos',
    modelPlace: 'cloud',
    isAttended: false,
    autonomy: 'propose',
    notes: null,
    prompt: null,
    attachment: null,
    appendSystem: null,
    snapshot: null,
    trigger: { kind: 'timer', payload: null, parent: null },
    earlierRuns: [],
    ...rest,
  };
}

/** A small night: a full file system, a unit that fails because of it, one probe without an answer, and quiet. */
export const NIGHT: PromptFacts = facts({
  notes: {
    path: '/etc/nixos/AGENTS.md',
    text: 'Everything is declared in this flake.\nDeploy with `colmena apply`.',
  },
  trigger: { kind: 'alert', payload: { alertname: 'UnitFailed', unit: 'postgresql.service' }, parent: null },
  earlierRuns: [
    { run: '7c1e', at: NOW - 86_400_000, outcome: 'healthy', summary: null },
    {
      run: '5b90',
      at: NOW - 2 * 86_400_000,
      outcome: 'escalated',
      summary: '/var was 88% full after the backup.',
    },
  ],
  snapshot: {
    findings: [
      finding('F1', 'systemd-failed', {
        rule: 'unit-failed',
        severity: 'critical',
        object: 'postgresql.service',
        text: 'Unit postgresql.service failed: exit-code',
        evidence: ['P1', 'L1'],
      }),
      finding('F2', 'disk', {
        rule: 'disk-full',
        object: '/var',
        text: 'File system /var is 100% full: 0 B left of 20 GiB',
        evidence: ['P3', 'L2'],
        state: 'worse',
        since: NOW - 2 * 86_400_000,
      }),
      finding('F3', 'reboot-needed', {
        rule: 'reboot-needed',
        severity: 'info',
        object: 'nuc1',
        text: 'A newer kernel is installed than the one that runs',
        evidence: ['P5'],
        state: 'standing',
        since: NOW - 5 * 86_400_000,
        isOpen: false,
        quietReason: 'cooling down until 2026-01-04 09:00',
      }),
    ],
    brokenRules: [],
    looks: [
      look('L1', 'F1', {
        command: 'systemctl status --no-pager -n 20 postgresql.service',
        text: '× postgresql.service - PostgreSQL Server\n   Active: failed (Result: exit-code)\n   PANIC: could not write to file "pg_wal/xlogtemp.29": No space left on device\n',
      }),
      look('L2', 'F2', {
        command: 'du -x -h --max-depth=1 /var',
        text: '18G\t/var/log\n1.9G\t/var/lib\n20G\t/var\n',
      }),
    ],
    items: [
      item('P1', 'systemd-failed', {
        command: 'systemctl --failed',
        text: 'postgresql.service failed\n',
        change: 'changed',
      }),
      item('P2', 'journal', {
        command: 'journalctl -o json --since -1h',
        text: '312 × postgresql: PANIC: could not write to file "<path>": No space left on device (new)\n',
        change: 'changed',
      }),
      item('P3', 'disk', {
        command: 'df -P -l -T',
        text: '/var 100% full, 0 B free of 20 GiB (ext4 on /dev/sda3)\n/ 41% full, 30 GiB free of 50 GiB (ext4 on /dev/sda2)\n',
        change: 'changed',
      }),
      item('P4', 'memory', {
        command: 'cat /proc/meminfo',
        text: '9.1 GiB available of 16 GiB (57%)\n',
        change: 'same',
      }),
      item('P5', 'reboot-needed', {
        command: 'readlink /run/booted-system/kernel',
        text: 'running 6.12.8, installed 6.12.11\n',
        change: 'same',
      }),
      item('P6', 'time-sync', {
        command: 'timedatectl show',
        status: 'failed',
        reason: 'exit 1: Failed to connect to bus',
      }),
      item('P7', 'pressure', {
        command: 'cat /proc/pressure/io',
        status: 'not-configured',
        reason: 'there is no /proc/pressure/io',
      }),
      item('P8', 'listening', { command: 'ss -tlnp', text: '10.0.0.4:5432 postgres\n', egress: 'local' }),
    ],
  },
});
