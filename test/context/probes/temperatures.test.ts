import { describe, expect, it } from 'vitest';
import { loadShipped, runProbe } from '../support.ts';

const json = (celsius: number, alarm = 0) => `{
   "coretemp-isa-0000":{
      "Adapter": "ISA adapter",
      "Package id 0":{
         "temp1_input": ${celsius}.000,
         "temp1_max": 100.000,
         "temp1_crit": 100.000,
         "temp1_crit_alarm": ${alarm}.000
      },
      "fan1":{ "fan1_input": 1200.000 }
   },
   "nct6775-isa-0290":{ "AUXTIN3":{ "temp6_input": 127.000 } }
}`;

// Documentation: sensors(1) -j of lm-sensors 3.6.0. Recorded is only the answer of a machine without sensors.
describe('temperatures', () => {
  it('finds nothing on a machine without sensors (lm-sensors 3.6.0, Debian 12 VM)', async () => {
    const output = { stdout: '{\n\n}\n', stderr: 'No sensors found!\n', exitCode: 1 };
    const run = await runProbe(await loadShipped('temperatures'), output);
    expect(run).toMatchObject({ item: { status: 'ok' }, keys: [], broken: [] });
    expect(run.item.text).toContain('no sensor here names a temperature');
  });

  it('names the machine that is too hot by the declared limit, or by its own', async () => {
    const spec = await loadShipped('temperatures');
    expect((await runProbe(spec, json(71))).keys).toEqual([]);
    expect((await runProbe(spec, json(96))).findings[0]?.text).toContain('is at 96 °C');
    expect((await runProbe(spec, json(71, 1))).keys).toEqual(['too-hot:nuc1']);
    expect((await runProbe(spec, json(71), { given: { celsius: 70 } })).keys).toEqual(['too-hot:nuc1']);
  });
});
