import { advise, type ProbeAdvice } from '../../context/index.ts';
import { formatDuration } from '../../lib/duration.ts';
import { readAnswered } from '../stored.ts';
import type { World } from '../world.ts';
import { look } from './look.ts';
import { createLookBench } from './look-bench.ts';
import { loadProbes } from './probes.ts';
import { executorPart } from './root-probes.ts';

/** `steward context doctor`: which probes answer, which do not, and what to do about it. Asks each of them once. */
export async function diagnoseContext(world: World, signal: AbortSignal): Promise<ProbeAdvice[]> {
  const specs = await loadProbes(world);
  const { gathered } = await look(world, [], signal);
  const answered = await readAnswered(world.store);
  const { processes } = await createLookBench(world);
  const isThere = (sign: string) =>
    sign.startsWith('/') ? world.operatorFiles.exists(sign) : processes.find(sign) !== undefined;
  return specs.flatMap((spec) => {
    const item = gathered.items.find(({ probe }) => probe === spec.name);
    if (item === undefined) return [];
    const answeredAt = answered.get(spec.name) ?? null;
    const byExecutor = executorPart(item);
    return [advise(spec, item, { now: world.clock.now(), answeredAt, isThere, byExecutor })];
  });
}

const TITLES: Partial<Record<ProbeAdvice['condition'], string>> = {
  failed: 'Failed',
  unreachable: 'Unreachable',
  undeclared: 'Here, as it seems, and not declared',
  stale: 'Stale: they answer, and no run has asked them for a day',
};

/** What needs somebody first, with what to do; the rest by name. */
export function describeContext(probes: readonly ProbeAdvice[], now: number): string {
  const of = (condition: ProbeAdvice['condition']) => probes.filter((probe) => probe.condition === condition);
  const sections = Object.entries(TITLES).flatMap(([condition, title]) => {
    const rows = of(condition as ProbeAdvice['condition']); // a key of the table above
    if (rows.length === 0) return [];
    // One piece of advice for all of them is told once.
    if (condition === 'stale') {
      return [`${title}\n  ${names(rows)}\n    → ${rows[0]?.advice}`];
    }
    return [[title, ...rows.map((row) => describeRow(row, now))].join('\n')];
  });
  const absent = of('absent');
  const parts = [
    `${of('answers').length + of('stale').length} of ${probes.length} probes answer.`,
    ...sections,
    ...(of('answers').length === 0 ? [] : [`Answer, and were asked lately\n  ${names(of('answers'))}`]),
    ...describeRoots(probes),
    ...(absent.length === 0
      ? []
      : [`Not configured, which is no fault\n${absent.map(describeAbsent).join('\n')}`]),
  ];
  return `${parts.join('\n\n')}\n`;
}

/** By which way, what nobody but root may ask; that nobody asks it is said where it is not configured. */
function describeRoots(probes: readonly ProbeAdvice[]): string[] {
  const of = (who: ProbeAdvice['rootBy']) => probes.filter(({ rootBy }) => rootBy === who);
  const executor = of('executor');
  const self = of('steward');
  return [
    ...(executor.length === 0 ? [] : [`Only root may ask these, so the executor does\n  ${names(executor)}`]),
    ...(self.length === 0 ? [] : [`Only root may ask these, and steward is root here\n  ${names(self)}`]),
  ];
}

function describeRow({ probe, reason, advice, answeredAt, condition }: ProbeAdvice, now: number): string {
  const last =
    answeredAt === null ? 'never answered a run' : `last answered ${formatDuration(now - answeredAt)} ago`;
  const why = condition === 'undeclared' ? '' : `: ${reason ?? 'no reason given'} (${last})`;
  return `  ${probe}${why}\n    → ${advice}`;
}

function describeAbsent({ probe, reason, advice }: ProbeAdvice): string {
  return `  ${probe}: ${advice ?? reason ?? 'nothing to ask here'}`;
}

function names(rows: readonly ProbeAdvice[]): string {
  return rows.map(({ probe }) => probe).join(', ');
}
