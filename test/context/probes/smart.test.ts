import { describe, expect, it } from 'vitest';
import { loadShipped, runProbe, saying } from '../support.ts';

const NONE =
  '{"json_format_version":[1,0],"smartctl":{"version":[7,3],"argv":["smartctl","--scan","-j"],"exit_status":0}}';
const SCAN = '{"devices":[{"name":"/dev/sda","type":"sat"},{"name":"/dev/nvme0","type":"nvme"}]}';
const sda = (passed: boolean, sectors: number) =>
  JSON.stringify({
    model_name: 'WDC WD40EFRX',
    smart_status: { passed },
    ata_smart_attributes: {
      table: [
        { id: 5, raw: { value: sectors } },
        { id: 194, raw: { value: 38 } },
        { id: 197, raw: { value: 0 } },
      ],
    },
  });
const nvme = (used: number) =>
  JSON.stringify({
    model_name: 'SN850',
    smart_status: { passed: true },
    nvme_smart_health_information_log: { percentage_used: used, media_errors: 0 },
  });

// Documentation: smartctl(8) -j of smartmontools 7.3. Recorded is only the scan of a machine without disks.
describe('smart', () => {
  it('finds nothing on a machine without disks (smartctl 7.3, Debian 12 VM)', async () => {
    const run = await runProbe(await loadShipped('smart'), saying({ '--scan': NONE }));
    expect(run).toMatchObject({ item: { status: 'ok', text: '0 disks answered' }, keys: [], broken: [] });
  });

  it('finds nothing of disks that are well, and of one that sleeps', async () => {
    const asleep = { stdout: '{"smartctl":{"exit_status":2}}', exitCode: 2 };
    const run = await runProbe(
      await loadShipped('smart'),
      saying({ '--scan': SCAN, sda: sda(true, 0), nvme0: asleep }),
    );
    expect(run).toMatchObject({ item: { status: 'ok' }, keys: [], broken: [] });
    expect(run.item.text).toBe('1 disks answered\n/dev/sda WDC WD40EFRX: passed, 0 bad sectors, 0% worn');
  });

  it('names what fails, what has bad sectors and what is worn', async () => {
    const spec = await loadShipped('smart');
    const failing = await runProbe(
      spec,
      saying({ '--scan': SCAN, sda: { stdout: sda(false, 900), exitCode: 8 }, nvme0: nvme(96) }),
    );
    expect(failing.keys).toEqual(['smart-failed:/dev/sda', 'smart-worn:/dev/nvme0']);
    const ageing = await runProbe(spec, saying({ '--scan': SCAN, sda: sda(true, 64), nvme0: nvme(3) }));
    expect(ageing.keys).toEqual(['smart-sectors:/dev/sda']);
  });

  it('is not configured for an ordinary user', async () => {
    const run = await runProbe(await loadShipped('smart'), '', { isRoot: false });
    expect(run.item).toMatchObject({ status: 'not-configured', reason: 'only root may ask this' });
  });
});
