import { describe, expect, it } from 'vitest';
import { loadShipped, runProbe, saying } from '../support.ts';

const given = { names: [{ name: 'localhost', address: '127.0.0.1' }, { name: 'nosuch.invalid' }] };
const LOCALHOST = '127.0.0.1       STREAM localhost\n127.0.0.1       DGRAM  \n127.0.0.1       RAW    \n';

// getent ahosts, glibc 2.36, a Debian 12 VM
describe('dns', () => {
  it('is not configured while no name is declared', async () => {
    const run = await runProbe(await loadShipped('dns'), '');
    expect(run.item).toMatchObject({
      status: 'not-configured',
      reason: 'settings do not say probes.parameters.dns.names',
    });
  });

  it('names what is not answered, and nothing else', async () => {
    const output = saying({ localhost: LOCALHOST, nosuch: { exitCode: 2 } });
    const run = await runProbe(await loadShipped('dns'), output, { given });
    expect(run).toMatchObject({ keys: ['name-unanswered:nosuch.invalid'], broken: [] });
    expect(run.item.text).toBe('localhost: 127.0.0.1\nnosuch.invalid: no answer');
  });

  it('names what is answered with another address, and what hangs', async () => {
    const spec = await loadShipped('dns');
    const elsewhere = await runProbe(spec, LOCALHOST, {
      given: { names: [{ name: 'nas.lan', address: '10.0.0.2' }] },
    });
    expect(elsewhere.keys).toEqual(['name-elsewhere:nas.lan']);
    const slow = await runProbe(spec, { hangs: true }, { given: { names: [{ name: 'nas.lan' }] } });
    expect(slow.findings[0]?.text).toContain('no end after 6000 ms');
  }, 20_000);
});
