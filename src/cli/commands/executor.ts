import { OpsError } from '../../lib/ops-error.ts';
import { ENDINGS } from '../../protocol/outcome.ts';
import type { CommandCall } from '../command-call.ts';
import { recoveredLine } from '../print/recovered-line.ts';
import { abortOnSignals } from '../signals.ts';

/** `steward executor`: for systemd, with a connection as standard input; or what a killed one left is taken up. */
export async function run(call: CommandCall): Promise<number> {
  const { args, env, streams } = call;
  const { signal } = abortOnSignals();
  const { recoverAsExecutor, serveConnection } = await import('../../app/executor.ts');
  const note = (text: string): void => void streams.err(`${text}\n`);
  const instance = args.value('peer');
  if (args.has('recover') === (instance !== undefined) || args.positionals.length > 0) {
    throw new OpsError('usage', 'usage', 'steward executor --peer INSTANCE, or steward executor --recover', {
      hint: 'systemd starts it: systemctl enable --now steward-executor.socket',
    });
  }
  if (instance !== undefined) return serveConnection({ env, instance, note, signal });
  const recovered = await recoverAsExecutor({ env, note, signal });
  await streams.say(
    recovered.length === 0 ? 'Nothing was cut off.\n' : recovered.map(recoveredLine).join(''),
  );
  const isStuck = recovered.some(({ end }) => end === 'escalated' || end === 'lost');
  return isStuck ? ENDINGS.escalated.exitCode : 0;
}
