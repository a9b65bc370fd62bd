import { nearest } from '../lib/nearest.ts';
import { OpsError } from '../lib/ops-error.ts';
import type { Goal } from '../protocol/goal.ts';
import type { OperatorFiles } from '../protocol/machine.ts';
import { GOAL_NAME, parseGoalFile } from './parse-goal.ts';
import { capNewGoal, tightenGoal } from './tighten-goal.ts';

export interface GoalPlaces {
  /** Compiled into the program; needs neither a file nor a YAML reader. */
  shipped: readonly Goal[];
  files: OperatorFiles;
  /** The user's folder, `~/.config/steward`: its `goals/` is looked into. */
  configFolder: string;
  cwd: string;
  /** Goals that settings enable although they ship disabled. */
  enabled: readonly string[];
}

export interface LoadedGoal {
  goal: Goal;
  /** What a project's file asked for and did not get, for people. */
  notices: string[];
}

/**
 * shipped < /etc/steward/goals < the user's < the project's. A higher file replaces a lower one, except that a
 * project's can only tighten what is there, and its own goals go no further than `propose`. Throws OpsError: `input`
 * for a goal that does not exist or is disabled, `settings` for a file that is wrong.
 */
export async function loadGoal(name: string, places: GoalPlaces): Promise<LoadedGoal> {
  const found = GOAL_NAME.test(name) ? await readLayers(name, places) : undefined;
  if (!found) throw await noSuchGoal(name, places);
  if (found.goal.enabled || places.enabled.includes(name)) {
    return { ...found, goal: { ...found.goal, enabled: true } };
  }
  throw new OpsError('goal-disabled', 'input', `goal ${name} is disabled`, {
    hint: `Enable it in /etc/steward/steward.yaml or ~/.config/steward/steward.yaml: goals: { enabled: [${name}] }`,
  });
}

/** Every goal there is, by name, disabled ones too; a file that is wrong gives its error in place of a goal. */
export async function listGoals(
  places: GoalPlaces,
): Promise<(LoadedGoal | { name: string; error: OpsError })[]> {
  const listed: (LoadedGoal | { name: string; error: OpsError })[] = [];
  for (const name of await goalNames(places)) {
    try {
      const found = await readLayers(name, places);
      if (!found) continue;
      const enabled = found.goal.enabled || places.enabled.includes(name);
      listed.push({ ...found, goal: { ...found.goal, enabled } });
    } catch (error) {
      if (!(error instanceof OpsError)) throw error;
      listed.push({ name, error });
    }
  }
  return listed;
}

async function readLayers(name: string, places: GoalPlaces): Promise<LoadedGoal | undefined> {
  let goal = places.shipped.find((shipped) => shipped.name === name);
  const notices: string[] = [];
  for (const { layer, folder } of folders(places)) {
    const source = `${folder}/${name}.md`;
    const text = await places.files.readText(source);
    if (text === undefined) continue;
    const given = await parseGoalFile(source, layer, text);
    if (layer !== 'project') {
      goal = given;
      continue;
    }
    const limited = goal ? tightenGoal(goal, given) : capNewGoal(given);
    goal = limited.goal;
    notices.push(...limited.notices);
  }
  return goal && { goal, notices };
}

function folders({ configFolder, cwd }: GoalPlaces): { layer: Goal['layer']; folder: string }[] {
  return [
    { layer: 'system', folder: '/etc/steward/goals' },
    { layer: 'user', folder: `${configFolder}/goals` },
    { layer: 'project', folder: `${cwd}/.steward/goals` },
  ];
}

async function goalNames(places: GoalPlaces): Promise<string[]> {
  const names = places.shipped.map(({ name }) => name);
  for (const { folder } of folders(places)) {
    const files = await places.files.list(folder);
    names.push(...files.filter((file) => file.endsWith('.md')).map((file) => file.slice(0, -'.md'.length)));
  }
  return [...new Set(names)].filter((name) => GOAL_NAME.test(name)).sort();
}

async function noSuchGoal(name: string, places: GoalPlaces): Promise<OpsError> {
  const known = await goalNames(places);
  const near = nearest(name, known);
  const hint = `${near ? `Did you mean ${near}? ` : ''}Known: ${known.join(', ') || 'none'}.`;
  return new OpsError('no-goal', 'input', `there is no goal ${JSON.stringify(name)}`, { hint });
}
