import { describe, expect, it } from 'vitest';
import { loadShipped, recorded, runProbe } from '../support.ts';

// ls -1 /run, Debian 12 and 13 (test/fixtures/probes/README.md)
describe('reboot-needed', () => {
  it.each(['252', '257'])('finds nothing in /run of a fresh machine, systemd %s', async (version) => {
    const run = await runProbe(
      await loadShipped('reboot-needed'),
      recorded(`reboot-needed.${version}.healthy.txt`),
    );
    expect(run).toMatchObject({
      item: { status: 'ok', text: 'a restart is not asked for' },
      keys: [],
      broken: [],
    });
  });

  it('finds the file that update hooks leave', async () => {
    const text = `${recorded('reboot-needed.252.healthy.txt')}reboot-required\nreboot-required.pkgs\n`;
    expect((await runProbe(await loadShipped('reboot-needed'), text)).keys).toEqual(['reboot-required:nuc1']);
  });

  it('is not configured where dpkg is not', async () => {
    const run = await runProbe(await loadShipped('reboot-needed'), '', { exists: () => false });
    expect(run.item.status).toBe('not-configured');
  });
});

// Documented, not recorded: there is no NixOS here.
describe('reboot-needed-nixos', () => {
  const old = '/nix/store/1111-linux-6.12.1/bzImage';
  const current = '/nix/store/2222-linux-6.12.9/bzImage';
  it('finds a kernel that is not the configured one', async () => {
    const spec = await loadShipped('reboot-needed-nixos');
    expect((await runProbe(spec, `${old}\n${current}\n`)).keys).toEqual(['nixos-reboot-required:nuc1']);
    expect((await runProbe(spec, `${old}\n${old}\n`)).keys).toEqual([]);
  });
});
