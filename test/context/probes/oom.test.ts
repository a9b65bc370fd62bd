import { describe, expect, it } from 'vitest';
import { loadShipped, recorded, runProbe } from '../support.ts';

/** The line is the kernel's own; its frame is as journald 252 writes one, for the lab has no kernel log. */
const entry = (message: string) =>
  JSON.stringify({
    MESSAGE: message,
    PRIORITY: '3',
    SYSLOG_IDENTIFIER: 'kernel',
    __REALTIME_TIMESTAMP: '1795265698658279',
  });

// journalctl -k -p err -o json …, systemd 252.39; dmesg of kernel 6.18 (test/fixtures/probes/README.md)
describe('oom', () => {
  it('names the program that was killed in its cgroup', async () => {
    const run = await runProbe(await loadShipped('oom'), `${entry(recorded('oom.vm.txt').trim())}\n`);
    expect(run.keys).toEqual(['oom-kill:node']);
    expect(run.findings[0]?.text).toContain('because its unit or container had no memory left');
  });

  it('names the program that was killed for the whole machine, once however often', async () => {
    const global = 'Out of memory: Killed process 812 (postgres) total-vm:1kB, UID:0';
    const run = await runProbe(await loadShipped('oom'), [entry(global), entry(global)].join('\n'));
    expect(run.keys).toEqual(['oom-kill:postgres']);
    expect(run.findings[0]?.text).toContain('because the machine had no memory left');
  });

  it.each(['', '-- No entries --\n', `${entry('sd 0:0:0:0: [sda] Attached SCSI disk')}\n`])(
    'finds nothing in %j',
    async (output) => {
      const run = await runProbe(await loadShipped('oom'), output);
      expect(run).toMatchObject({ item: { status: 'ok' }, keys: [], broken: [] });
    },
  );
});
