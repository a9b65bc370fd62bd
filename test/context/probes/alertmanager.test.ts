import { describe, expect, it } from 'vitest';
import { loadShipped, recorded, runProbe } from '../support.ts';

const base = 'http://127.0.0.1:9093';
const given = { address: base };
const look = async (alerts: string, more: object = {}) =>
  runProbe(await loadShipped('alertmanager'), '', {
    given: { ...given, ...more },
    http: {
      [`${base}/api/v2/status`]: { body: recorded('alertmanager.0.25.status.json') },
      [`${base}/api/v2/alerts?silenced=false&inhibited=false`]: { body: alerts },
    },
    now: Date.parse('2026-11-21T22:20:06Z'),
  });

// API v2 of Alertmanager 0.25.0 in a booted Debian 12, told by Prometheus 2.42.0
describe('alertmanager', () => {
  it('finds nothing where nothing fires', async () => {
    const run = await look(recorded('alertmanager.0.25.quiet.json'));
    expect(run).toMatchObject({
      item: { status: 'ok', text: 'Alertmanager 0.25.0, cluster disabled; 0 alerts fire' },
      keys: [],
      broken: [],
    });
  });

  it('names what fires, urgent or not, and not what fires while all is well', async () => {
    const run = await look(recorded('alertmanager.0.25.firing.json'));
    expect(run.keys).toEqual([
      'alert-urgent:TargetDown{instance=127.0.0.1:9, job=alertmanager}',
      'alert-firing:ManySeries{instance=127.0.0.1:9090, job=prometheus}',
    ]);
    expect(run.findings.map(({ severity, text }) => `${severity} ${text}`)).toEqual([
      'critical Alert TargetDown fires (instance=127.0.0.1:9, job=alertmanager): alertmanager on 127.0.0.1:9 cannot be scraped',
      'warning Alert ManySeries fires (instance=127.0.0.1:9090, job=prometheus)',
    ]);
    expect(run.item.text).toContain(
      '\nTargetDown critical {instance=127.0.0.1:9, job=alertmanager} for 30m: ',
    );
  });

  it('leaves alone what settings say fires always, and what is only told', async () => {
    const always = ['Watchdog', 'TargetDown'];
    expect((await look(recorded('alertmanager.0.25.firing.json'), { always })).keys).toEqual([
      'alert-firing:ManySeries{instance=127.0.0.1:9090, job=prometheus}',
    ]);
    const told = recorded('alertmanager.0.25.firing.json').replaceAll('"critical"', '"info"');
    expect((await look(told)).keys).toEqual([
      'alert-firing:ManySeries{instance=127.0.0.1:9090, job=prometheus}',
    ]);
  });

  it('names that the alert which always fires does not, where settings name one', async () => {
    const heartbeat = { heartbeat: 'Watchdog' };
    const quiet = await look(recorded('alertmanager.0.25.quiet.json'), heartbeat);
    expect(quiet.keys).toEqual(['alerts-silent:nuc1']);
    expect(quiet.item.text).toContain('0 alerts fire, and Watchdog does not');
    const beats = await look(recorded('alertmanager.0.25.firing.json'), heartbeat);
    expect(beats.keys).not.toContain('alerts-silent:nuc1');
  });

  it('is unreachable while it is down', async () => {
    const run = await runProbe(await loadShipped('alertmanager'), '', { given, http: {} });
    expect(run.item.status).toBe('unreachable');
  });
});
