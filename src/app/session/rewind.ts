import { openGate } from '../../gate/index.ts';
import { OpsError } from '../../lib/ops-error.ts';
import { planUndo, promptPoints, readRun } from '../../runs/index.ts';
import type { RewindPoint, Rewound } from '../client.ts';
import { createPolicing } from '../policy/policing.ts';
import { gateOptionsOf } from '../run/gating.ts';
import { currentDigest, type Restored, restoreFiles } from '../run/restore-files.ts';
import type { OpenLog, OwnLog } from './own-log.ts';
import type { Session } from './session.ts';

/** Prompts of this run that it can go back to before, oldest first. */
export async function listRewindPoints(session: Session): Promise<RewindPoint[]> {
  const { run } = session.state;
  if (run === null) return [];
  const world = await session.world();
  const { lines } = await readRun(world.store, run);
  const points = promptPoints(lines).map(({ seq, prompt, at, files }) => ({
    id: String(seq),
    prompt,
    at,
    files,
  }));
  return world.masker.maskValue(points) as RewindPoint[];
}

/**
 * Takes the conversation back to before a prompt, and with `files` what the run's writes changed since: each as far as
 * nobody else changed it. All of it is in the log, so `undo` and another rewinding see it too.
 */
export function rewind(
  session: Session,
  log: OwnLog,
  point: string,
  { files }: { files: boolean },
): Promise<Rewound> {
  return log.withLog(async (open) => {
    const { lines, recorder, world } = open;
    const found = promptPoints(lines).find(({ seq }) => String(seq) === point);
    if (found === undefined) {
      throw new OpsError('no-point', 'input', 'this prompt is not a part of the conversation any more');
    }
    const { restored, refused } = files ? await restore(open, found.seq) : NOTHING;
    recorder.record({
      type: 'run.rewound',
      point: found.seq,
      prompt: found.prompt,
      restored,
      refused,
    });
    await recorder.sync();
    const rewound: Rewound = { point, prompt: found.prompt, restored, refused };
    const masked = world.masker.maskValue(rewound) as Rewound;
    session.hub.tell({ kind: 'rewound', rewound: masked });
    return masked;
  });
}

const NOTHING: Restored = { restored: [], refused: [] };

async function restore({ world, run, lines, recorder }: OpenLog, since: number): Promise<Restored> {
  const policing = await createPolicing(world, {
    mode: 'default',
    allowed: [],
    denied: [],
    isAttended: true,
  });
  const { gate } = await openGate(
    gateOptionsOf(world, {
      run,
      policing,
      sink: recorder,
      autonomy: 'reversible',
      mode: 'default',
      isLogged: true,
    }),
  );
  const steps = lines.reduce((most, { event }) => {
    const number = event.type === 'step.decided' ? Number(/^U(\d+)$/.exec(event.step)?.[1] ?? 0) : 0;
    return Math.max(most, number);
  }, 0);
  const bench = { world, recorder, gate, run, steps };
  const plan = await planUndo(
    lines.filter(({ seq }) => seq > since),
    (path) => currentDigest(bench, path),
  );
  return restoreFiles(bench, plan);
}
