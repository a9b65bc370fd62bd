import { describe, expect, it } from 'vitest';
import { loadShipped, recorded, runProbe, saying } from '../support.ts';

const now = Date.parse('2026-11-21T19:00:00Z');
const missing = {
  exitCode: 1,
  stderr: 'Could not open file or uri for loading certificate from nosuch.pem\n',
};

// openssl x509 -noout -enddate -subject, OpenSSL 3.0, a Debian 12 VM
describe('certificates', () => {
  const output = saying({
    fresh: recorded('certificates.vm.fresh.txt'),
    soon: recorded('certificates.vm.soon.txt'),
    gone: missing,
  });

  it('finds nothing of one that is good for a year', async () => {
    const run = await runProbe(await loadShipped('certificates'), output, {
      now,
      given: { paths: ['/etc/ssl/certs/fresh.pem'] },
    });
    expect(run).toMatchObject({ item: { status: 'ok' }, keys: [], broken: [] });
    expect(run.item.text).toBe(
      '/etc/ssl/certs/fresh.pem (CN = svc400.lan) ends in 400 days, Dec 26 18:57:33 2027 GMT',
    );
  });

  it('names one that ends soon, one that has ended and one that cannot be read', async () => {
    const given = { paths: ['/c/fresh.pem', '/c/soon.pem', '/c/gone.pem'] };
    const run = await runProbe(await loadShipped('certificates'), output, { now, given });
    expect(run.keys).toEqual(['certificate-ends:/c/soon.pem', 'certificate-unread:/c/gone.pem']);
    const later = await runProbe(await loadShipped('certificates'), output, {
      now: now + 10 * 86_400_000,
      given,
    });
    expect(later.findings[0]?.text).toContain('ended 7 days ago');
  });
});
