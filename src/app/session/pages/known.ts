import { configFolder } from '../../../config/index.ts';
import { listGoals } from '../../../goals/index.ts';
import { OpsError } from '../../../lib/ops-error.ts';
import { formatBytes } from '../../../lib/size.ts';
import type { RunOption } from '../../client.ts';
import { createLookBench } from '../../looking/look-bench.ts';
import { readNotes } from '../../run/read-notes.ts';
import { shippedGoals, shippedTools } from '../../shipped.ts';
import type { World } from '../../world.ts';
import type { Session } from '../session.ts';
import { block, code, dollars, localTime, page, table } from './markdown.ts';

/** Every goal there is, by name; a file that is wrong in its place with what is wrong. */
export async function readGoals(world: World): Promise<Awaited<ReturnType<typeof listGoals>>> {
  return listGoals({
    shipped: await shippedGoals(),
    files: world.operatorFiles,
    configFolder: configFolder(world.env, world.home),
    cwd: world.cwd,
    enabled: world.settings.goals.enabled,
  });
}

/** For typeahead: those that can be run. */
export async function listGoalNames(session: Session): Promise<{ name: string; description: string }[]> {
  const world = await session.world();
  const goals = (await readGoals(world)).flatMap((one) =>
    'goal' in one && one.goal.enabled ? [one.goal] : [],
  );
  return world.masker.maskValue(
    goals.map(({ name, description, parameters }) => {
      const wanted = Object.keys(parameters).map((key) => ` ${key}=…`);
      return {
        name,
        description: `${description}${wanted.length === 0 ? '' : ` (${wanted.join('').trim()})`}`,
      };
    }),
  ) as { name: string; description: string }[];
}

export async function goalsPage(world: World): Promise<string> {
  const rows = (await readGoals(world)).map((one) => {
    if ('error' in one) return [one.name, `cannot be read: ${one.error.message}`, '', ''];
    const { name, description, enabled, autonomy, layer } = one.goal;
    return [name, `${description}${enabled ? '' : ' (disabled)'}`, autonomy, layer];
  });
  return page(
    '# Goals',
    table(['Goal', 'What it does', 'Autonomy', 'From'], rows),
    '`/goals NAME` runs one here; timers run them with `steward run NAME`. Your own: `~/.config/steward/goals/`.',
  );
}

/** What is read into every prompt besides steward's own text. */
export async function memoryPage(session: Session, world: World): Promise<string> {
  const notices: string[] = [];
  const { gate } = await createLookBench(world);
  const notes = await readNotes({
    world,
    gate,
    recorder: { record: (event) => void (event.type === 'notice.given' && notices.push(event.text)) },
  });
  const appended = session.options.appendSystemPrompt;
  return page(
    '# Memory',
    notes === null
      ? `There is no AGENTS.md (nor CLAUDE.md) in ${code(world.cwd)}. What you write there is read into every prompt.`
      : `${code(notes.path)}, ${formatBytes(Buffer.byteLength(notes.text))}, is read into every prompt of this folder:\n\n${block(notes.text)}`,
    notices.map((notice) => `- ${notice}`).join('\n'),
    appended === null ? null : `## --append-system-prompt\n\n${block(appended)}`,
  );
}

export function runsPage(runs: readonly RunOption[]): string {
  if (runs.length === 0) return page('# Runs', 'There is none yet.');
  const hasSystem = runs.some(({ owner }) => owner === 'system');
  const rows = runs.map(({ run, name, title, at, outcome, costUsd, owner }) => [
    code(run.slice(0, 8)),
    localTime(at),
    outcome,
    name === null ? title : `**${name}**: ${title}`,
    costUsd === null ? '' : dollars(costUsd),
    ...(hasSystem ? [owner === 'system' ? "the system's" : 'mine'] : []),
  ]);
  return page(
    '# Runs',
    table(['Run', 'Began', 'Outcome', 'What', 'Cost', ...(hasSystem ? ['Whose'] : [])], rows),
    '`/resume` goes on with one; `steward runs show RUN` tells all it saw and did.',
  );
}

/** What a model may call here, and what policy makes of it. */
export async function toolsPage(session: Session): Promise<string> {
  const { denied, allowed } = session.options;
  const rows = (await shippedTools()).map(({ name, description }) => {
    const rules = [...denied.filter(isOf), ...allowed.filter(isOf)];
    function isOf(rule: string): boolean {
      return rule === name || rule.startsWith(`${name}(`);
    }
    const state = denied.includes(name) ? 'taken away' : rules.map(code).join(' ');
    return [name, (/^.*?[.:](?=\s|$)/.exec(description)?.[0] ?? description).replace(/:$/, '.'), state];
  });
  return page(
    '# Tools',
    table(['Tool', 'What it does', 'Rules of the command line'], rows),
    'Each call passes the gate: `/permissions` shows the rules. Report is there only for goals.',
  );
}

/** Thrown for a page that wants more words. */
export function usage(text: string): OpsError {
  return new OpsError('usage', 'usage', text);
}
