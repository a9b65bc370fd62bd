import { describe, expect, it } from 'vitest';
import { loadShipped, recorded, runProbe } from '../support.ts';

const NOW = Date.parse('2026-03-01T03:00:00Z');
const DAY = 86_400_000;

// ss -H -l -t -n, iproute2 6.1 (test/fixtures/probes/README.md)
describe('listening', () => {
  it('learns on the first run, and then names what is new, once', async () => {
    const spec = await loadShipped('listening');
    const before = recorded('listening.vm.txt');
    const first = await runProbe(spec, before, { now: NOW });
    expect(first).toMatchObject({ item: { status: 'ok' }, keys: [], broken: [] });

    const after = `${before}LISTEN 0 128 [::]:8443 [::]:*\nLISTEN 0 5 127.0.0.1:6379 0.0.0.0:*\nLISTEN 0 5 *:41234 *:*\n`;
    const second = await runProbe(spec, after, { now: NOW + DAY, history: first.history });
    expect(second.keys).toEqual(['new-listener:[::]:8443']);
    expect(second.findings[0]).toMatchObject({ severity: 'info', state: 'new', isOpen: true });

    const third = await runProbe(spec, after, { now: NOW + 2 * DAY, history: second.history });
    expect(third.keys).toEqual([]);
  });

  it('does not call a port new that was away for an hour', async () => {
    const spec = await loadShipped('listening');
    const line = 'LISTEN 0 128 0.0.0.0:22 0.0.0.0:*\n';
    const first = await runProbe(spec, line, { now: NOW });
    const gone = await runProbe(spec, '', { now: NOW + 1, history: first.history });
    const back = await runProbe(spec, line, { now: NOW + 3_600_000, history: gone.history });
    expect(back.keys).toEqual([]);
  });
});
