import { describe, expect, it } from 'vitest';
import { loadShipped, recorded, runProbe, saying } from '../support.ts';

const LVS = recorded('lvm.vm.lvs.txt');
const volume = (parts: object) =>
  JSON.stringify({
    report: [
      {
        lv: [
          {
            vg_name: 'vg0',
            lv_name: 'data',
            lv_attr: 'twi-aotz--',
            lv_size: '1',
            data_percent: '',
            metadata_percent: '',
            lv_health_status: '',
            ...parts,
          },
        ],
      },
    ],
  });

// vgs, lvs --reportformat json, LVM 2.03.16, two loop devices on a Debian 12 VM, one of them detached.
// Documentation: lvs(8) for thin pools, since the kernel here has no device mapper.
describe('lvm', () => {
  it('finds nothing of a group that has all its disks', async () => {
    const run = await runProbe(
      await loadShipped('lvm'),
      saying({ 'vgs ': recorded('lvm.vm.vgs.txt'), 'lvs ': LVS }),
    );
    expect(run).toMatchObject({
      item: { status: 'ok', text: '1 volume groups, 0 volumes\nvgt: 592 MiB free of 592 MiB' },
      keys: [],
      broken: [],
    });
  });

  it('names the group that lost a disk', async () => {
    const run = await runProbe(
      await loadShipped('lvm'),
      saying({ 'vgs ': recorded('lvm.vm.missing.vgs.txt'), 'lvs ': LVS }),
    );
    expect(run.keys).toEqual(['lvm-disk-missing:vgt']);
  });

  it('names a thin pool that fills, by data or metadata, and a volume that is not whole', async () => {
    const spec = await loadShipped('lvm');
    const of = async (parts: object) =>
      (await runProbe(spec, saying({ 'vgs ': recorded('lvm.vm.vgs.txt'), 'lvs ': volume(parts) }))).keys;
    expect(await of({ data_percent: '91.40', metadata_percent: '12.00' })).toEqual([
      'lvm-pool-full:vg0/data',
    ]);
    expect(await of({ data_percent: '31.40', metadata_percent: '88.00' })).toEqual([
      'lvm-pool-full:vg0/data',
    ]);
    expect(await of({ data_percent: '31.40', metadata_percent: '8.00' })).toEqual([]);
    expect(await of({ lv_attr: 'rwi-aor-p-', data_percent: '', lv_health_status: 'partial' })).toEqual([
      'lvm-volume-sick:vg0/data',
    ]);
  });
});
