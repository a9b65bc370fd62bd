import type { Ports } from '../../app/install/carry-out.ts';
import { planText } from '../../app/install/install-plan.ts';
import { demandInstaller, machinePorts, readMachine, systemWorld } from '../../app/install/machine.ts';
import { type Machine, planSetup, type SetupAnswers } from '../../app/install/plan-setup.ts';
import { forecast, install, remove, sendTestMessage, tryCheck } from '../../app/install/setup.ts';
import { OpsError } from '../../lib/ops-error.ts';
import { askInTerminal } from '../ask-operator.ts';
import type { CommandCall } from '../command-call.ts';
import { readAnswers } from '../read-answers.ts';

/** `steward setup`. Exits 1 when all is installed and the test message or the check of the machine did not come through. */
export async function run(call: CommandCall): Promise<number> {
  const { args, streams } = call;
  if (args.positionals.length > 0) {
    throw new OpsError('usage', 'usage', `setup takes no "${args.positionals.join(' ')}"`, {
      hint: 'steward setup --help',
    });
  }
  const say = (line: string): void => void streams.say(`${line}\n`);
  const ports = machinePorts(say);
  if (args.has('remove')) return takeAway(call, ports);
  const isDry = args.has('dry-run');
  if (!isDry) await demandInstaller(ports);
  const answers = await readAnswers(call, ports);
  const machine = await readMachine(answers, process.argv[1] ?? '', ports);
  if (isDry) {
    await streams.say(planText(planSetup(answers, machine)));
    return 0;
  }
  await install(answers, machine, ports);
  return prove(call, answers, machine, ports);
}

/** Nobody should find out at night that it does not work. */
async function prove(
  { args, streams }: CommandCall,
  answers: SetupAnswers,
  machine: Machine,
  ports: Ports,
): Promise<number> {
  let isWell = true;
  if (answers.ntfy !== null) {
    const { isSent, text } = await sendTestMessage(machine, ports);
    await streams.say(`\nA test message:\n${indent(text)}\n`);
    isWell = isSent;
  }
  if (!args.has('no-check')) {
    const { code, text } = await tryCheck(ports, Date.now());
    await streams.say(`\nThe health check, as its timer begins it:\n${indent(text)}\n`);
    isWell = isWell && code === 0;
  }
  await streams.say(`\n${await forecast(await systemWorld(), ports)}`);
  const next = [
    'steward triggers list    what runs when',
    'steward runs list        what was seen and done (members of the group steward, after their next login)',
    'steward setup --remove   takes all of this back',
  ];
  await streams.say(`\n${next.map((line) => `  ${line}\n`).join('')}`);
  return isWell ? 0 : 1;
}

async function takeAway({ args, streams }: CommandCall, ports: Ports): Promise<number> {
  const keepsState = args.has('keep-state');
  const what = keepsState
    ? 'Units, settings and credentials of steward'
    : 'Units, settings, credentials and the log of every run';
  if (args.has('dry-run')) {
    await streams.say(`${what} would be removed.\n`);
    return 0;
  }
  await demandInstaller(ports);
  if (!args.has('yes')) {
    if (streams.stdin.kind !== 'terminal') {
      throw new OpsError('not-sure', 'usage', `${what} would be removed`, { hint: 'say --yes' });
    }
    const asking = askInTerminal();
    const answer = await asking.ask(`${what} are removed. Sure?`, 'no').finally(asking.close);
    if (!/^y(es)?$/i.test(answer)) {
      await streams.say('Nothing is removed.\n');
      return 0;
    }
  }
  const kept = await remove(ports, { keepsState });
  return kept.length === 0 ? 0 : 1;
}

function indent(text: string): string {
  return text.replaceAll(/^/gm, '  ');
}
