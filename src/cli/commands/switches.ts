import { pauseAll, resumeAll, stopRun } from '../../app/switches.ts';
import { OpsError } from '../../lib/ops-error.ts';
import type { CommandCall } from '../command-call.ts';
import { durationFlag, worldOf } from '../open-world.ts';

/** `steward pause [--for 2h]`, `steward resume`, `steward stop RUN | --all`. */
export async function run(call: CommandCall): Promise<number> {
  const { args, streams, name } = call;
  refuseWords(call);
  // Whoever pulls the brake must not have to mend a file first.
  const world = await worldOf(call, { isLenient: true });
  for (const notice of world.loaded.notices) {
    await streams.err(`steward: ${notice}; the state folder is ${world.store.location}\n`);
  }
  switch (name) {
    case 'pause': {
      const until = await pauseAll(world, durationFlag(call, 'for'));
      const end = until === null ? 'until `steward resume`' : `until ${new Date(until).toISOString()}`;
      await streams.out(`Paused ${end}: runs go on looking and reporting, nothing has an effect.\n`);
      return 0;
    }
    case 'resume':
      await resumeAll(world);
      await streams.out('No longer paused.\n');
      return 0;
    default: {
      const [wanted] = args.positionals;
      if (wanted === undefined && !args.has('all')) {
        throw new OpsError('usage', 'usage', 'which run?', {
          hint: 'steward stop RUN, or steward stop --all',
        });
      }
      const run = await stopRun(world, args.has('all') ? null : (wanted ?? ''));
      await streams.out(`${run === null ? 'All runs end' : `Run ${run} ends`} at the next step.\n`);
      return 0;
    }
  }
}

/** A word that nobody reads is one that somebody meant: `pause 2h` would pause for ever, `stop A B` end one of two. */
function refuseWords({ args, name }: CommandCall): void {
  const most = name === 'stop' && !args.has('all') ? 1 : 0;
  const extra = args.positionals[most];
  if (extra === undefined) return;
  const hints: Record<string, string> = {
    pause: 'steward pause --for 2h',
    resume: 'it ends a pause; steward -r RUN -p "…" goes on with a run',
    stop: 'steward stop RUN, or steward stop --all',
  };
  throw new OpsError('usage', 'usage', `${name} takes no "${extra}"`, { hint: hints[name] ?? '' });
}
