import type { SnapshotItem } from '../../src/protocol/snapshot.ts';

export const GOAL = `---
description: Look after the backups.
probes: [disk, systemd-failed]
tools: [Bash, Read]
autonomy: propose
limits: { turns: 30, duration: 10m }
parameters: { unit: null, host: nas }
done:
  - { probe: systemd-failed, expect: 'size(failed_units) == 0' }
  - { probe: systemd-failed, expect: '!failed_units.exists(u, u == {{unit}})' }
---
Look at {{unit}} on {{ host }}.
`;

export function item(probe: string, rest: Partial<SnapshotItem> = {}): SnapshotItem {
  return {
    id: 'P1',
    probe,
    describe: 'Something',
    core: true,
    command: 'df -P',
    host: 'nuc1',
    at: 0,
    durationMs: 5,
    status: 'ok',
    reason: null,
    text: '',
    totalBytes: 0,
    isTruncated: false,
    digest: '0123456789abcdef',
    change: 'new',
    egress: 'any',
    facts: {},
    ...rest,
  };
}
