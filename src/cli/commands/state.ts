import type { Moment } from '../../app/state/known-state.ts';
import { jsonLine } from '../../lib/json-line.ts';
import { OpsError } from '../../lib/ops-error.ts';
import { formatZonedTime } from '../../lib/zoned-time.ts';
import type { CommandCall } from '../command-call.ts';
import { worldOf } from '../open-world.ts';
import { historyLine, itemLine, momentText, overviewText } from '../print/state-text.ts';
import { abortOnSignals } from '../signals.ts';

const VERBS: Record<string, (call: CommandCall, words: readonly string[]) => Promise<number>> = {
  scan,
  show,
  validate,
  diff,
  at,
  history,
  tag,
  restore,
  export: exportState,
  free,
};

/** `steward state …`: what is known of the operator's systems. Its parts are loaded only here. */
export async function run(call: CommandCall): Promise<number> {
  const [verb = 'show', ...words] = call.args.positionals;
  const act = Object.hasOwn(VERBS, verb) ? VERBS[verb] : undefined;
  if (act !== undefined) return act(call, words);
  throw new OpsError('usage', 'usage', `there is no "steward state ${verb}"`, {
    hint: `There are: ${Object.keys(VERBS).join(', ')}`,
  });
}

async function scan(call: CommandCall, words: readonly string[]): Promise<number> {
  const world = await worldOf(call);
  const { scanState } = await import('../../app/state/scan-state.ts');
  const signals = abortOnSignals();
  const result = await signals.orEnd(scanState(world, words, signals.signal)).finally(signals.stop);
  const { state, before, digest } = result;
  const problems = state.sources.filter(({ problem }) => problem !== null);
  if (call.args.has('json')) {
    const failed = problems.map(({ name, problem }) => ({ name, problem }));
    await call.streams.out(
      jsonLine({
        digest,
        meta: state.meta,
        asked: result.sources.length,
        failed,
        replaced: before.condition,
      }),
    );
    return 0;
  }
  const notice =
    before.condition === 'edited' ? `${before.problem}; what it said is kept as edited-by-hand\n` : '';
  const { writtenEarly } = await import('../../app/state/known-state.ts');
  const early = writtenEarly(before.state, world.clock.now());
  const leap = early === null ? '' : `What was known until now ${early}. It is kept: steward state history\n`;
  await call.streams.say(notice + leap + overviewText(state, world.clock.now()));
  return 0;
}

async function show(call: CommandCall, words: readonly string[]): Promise<number> {
  const world = await worldOf(call);
  const { demandKnown } = await import('../../app/state/known-state.ts');
  const { state, problem } = await demandKnown(world);
  if (problem !== null) await call.streams.err(`steward: ${problem}\n`);
  return tell(call, state, words, world.clock.now());
}

async function tell(
  { args, streams }: CommandCall,
  state: Moment['state'],
  words: readonly string[],
  now: number,
): Promise<number> {
  const { findItems } = await import('../../app/state/known-state.ts');
  const rows = words.length === 0 ? [] : findItems(state, words.join(' '));
  if (args.has('json')) {
    await streams.out(
      jsonLine(
        words.length === 0
          ? state
          : { meta: state.meta, items: rows.map(({ section, item }) => ({ section, ...item })) },
      ),
    );
  } else if (words.length === 0) await streams.say(overviewText(state, now));
  else if (rows.length === 0) await streams.say(`Nothing is known of "${words.join(' ')}".\n`);
  else await streams.say(rows.map(({ section, item }) => itemLine(section, item, now)).join(''));
  return 0;
}

async function validate(call: CommandCall): Promise<number> {
  const world = await worldOf(call);
  const { validateState } = await import('../../app/state/validate-state.ts');
  const { condition, problems, note } = await validateState(world);
  const isValid = problems.length === 0;
  if (call.args.has('json')) {
    const reason = isValid ? note : problems.map(({ why }) => why).join('; ');
    await call.streams.out(jsonLine({ valid: isValid, condition, reason, problems }));
  } else if (isValid) await call.streams.say(`state.json is valid${note === null ? '' : ` (${note})`}.\n`);
  else {
    const lines = problems.map(
      ({ what, why, hint }) =>
        `${what === 'declared' ? '' : 'state.json is not valid: '}${why}.\n${hint === null ? '' : `  ${hint}\n`}`,
    );
    await call.streams.say(lines.join(''));
  }
  return isValid ? 0 : 1;
}

async function diff(call: CommandCall, [from, to, ...rest]: readonly string[]): Promise<number> {
  if (rest.length > 0)
    throw new OpsError('usage', 'usage', 'steward state diff [A [B]]: quote a moment of several words');
  const world = await worldOf(call);
  const { describeDiff, diffBetween, zoneOf } = await import('../../app/state/known-state.ts');
  const found = await diffBetween(world, from, to);
  const sentences = describeDiff(found.changes);
  if (call.args.has('json')) {
    const span = { from: isoTime(found.from.at), to: isoTime(found.to.at) };
    await call.streams.out(jsonLine({ ...span, changes: found.changes, text: sentences }));
    return 0;
  }
  await noteClocks(call, [found.from, found.to]);
  const [since, until] = [found.from, found.to].map(({ at }) => formatZonedTime(at, zoneOf(world)));
  const lines = sentences.length === 0 ? ['nothing has changed.'] : sentences;
  await call.streams.say(`From ${since} to ${until}:\n${lines.map((line) => `${line}\n`).join('')}`);
  return 0;
}

async function at(call: CommandCall, words: readonly string[]): Promise<number> {
  if (words.length === 0)
    throw new OpsError('usage', 'usage', 'steward state at TIME', {
      hint: 'steward state at "yesterday at 14:00"',
    });
  const world = await worldOf(call);
  const { stateAt, zoneOf } = await import('../../app/state/known-state.ts');
  const moment = await stateAt(world, words.join(' '));
  const { state, entry, at: asked, note } = moment;
  if (call.args.has('json')) {
    await call.streams.out(jsonLine({ asked_at: isoTime(asked), note, entry, state }));
    return 0;
  }
  await noteClocks(call, [moment]);
  await call.streams.say(
    entry === null ? overviewText(state, asked) : momentText(state, { asked, entry, zone: zoneOf(world) }),
  );
  return 0;
}

/** Of a moment that clocks show twice or not at all. */
async function noteClocks({ streams }: CommandCall, moments: readonly Moment[]): Promise<void> {
  for (const { note } of moments) if (note !== null) await streams.err(`steward: ${note}\n`);
}

async function history(call: CommandCall): Promise<number> {
  const world = await worldOf(call);
  const { readHistory, zoneOf } = await import('../../app/state/known-state.ts');
  const entries = await readHistory(world.store);
  if (call.args.has('json')) {
    const rows = entries.map(({ at: from, until, ...entry }) => ({
      ...entry,
      at: isoTime(from),
      until: isoTime(until),
    }));
    await call.streams.out(jsonLine({ entries: rows }));
    return 0;
  }
  const times = { now: world.clock.now(), zone: zoneOf(world) };
  const lines = entries.map((entry) => historyLine(entry, times));
  await call.streams.say(lines.length === 0 ? 'There is no history yet.\n' : lines.join(''));
  return 0;
}

async function tag(call: CommandCall, [name = '', ...words]: readonly string[]): Promise<number> {
  const world = await worldOf(call);
  const { tagState, zoneOf } = await import('../../app/state/known-state.ts');
  const entry = await tagState(world, words.length === 0 ? 'now' : words.join(' '), name);
  const times = { now: world.clock.now(), zone: zoneOf(world) };
  if (call.args.has('json')) await call.streams.out(jsonLine(entry));
  else await call.streams.say(`Kept for ever: ${historyLine(entry, times)}`);
  return 0;
}

async function restore(call: CommandCall, words: readonly string[]): Promise<number> {
  if (words.length === 0) throw new OpsError('usage', 'usage', 'steward state restore TIME|TAG');
  const world = await worldOf(call);
  const { describeDiff, diffStates, restoreState, zoneOf } = await import('../../app/state/known-state.ts');
  const { undoneBy } = await import('../../app/state/undo-plan.ts');
  const { state, before, moment, digest } = await restoreState(world, words.join(' '));
  const changes = before.state === null ? [] : diffStates(moment.state, before.state);
  const since = isoTime(moment.at);
  const change = undoneBy(changes, { since, hostname: world.host.hostname });
  const file = change === null ? null : await keepChange(world.store, change);
  if (call.args.has('json')) {
    const items = countItems(state);
    await call.streams.out(jsonLine({ digest, restored: since, note: moment.note, items, change, file }));
    return 0;
  }
  await noteClocks(call, [moment]);
  const sentences = describeDiff(changes).map((line) => `  ${line}\n`);
  await call.streams.say(
    [
      `state.json is as it was ${formatZonedTime(moment.at, zoneOf(world))}; its ${countItems(state)} items are marked stale until the next scan. The machines stay as they are.\n`,
      ...(sentences.length === 0 ? [] : ['Since then:\n', ...sentences]),
      ...(file === null
        ? []
        : [`A change that would undo it, to be read before it is run:\n  steward change check ${file}\n`]),
    ].join(''),
  );
  return 0;
}

async function keepChange(
  store: { write(name: string, text: string): Promise<void>; pathOf(name: string): string | undefined },
  change: object,
): Promise<string | null> {
  const name = 'state/undo.json';
  await store.write(name, `${JSON.stringify(change, null, 2)}\n`);
  return store.pathOf(name) ?? null;
}

function countItems(state: Moment['state']): number {
  return (
    state.hosts.length +
    state.guests.length +
    state.services.length +
    state.endpoints.length +
    state.jobs.length +
    state.providers.length
  );
}

function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}

/** The whole of it, as it is on disk, for other programs. */
async function exportState(call: CommandCall): Promise<number> {
  const world = await worldOf(call);
  const { demandKnown } = await import('../../app/state/known-state.ts');
  const { printState } = await import('../../app/state/known-state.ts');
  const { state } = await demandKnown(world);
  await call.streams.out(call.args.has('json') ? jsonLine(state) : printState(state));
  return 0;
}

async function free(call: CommandCall): Promise<number> {
  const world = await worldOf(call);
  const { freeOf } = await import('../../app/state/find-free.ts');
  const answer = await freeOf(world, call.args.value('kind'), call.args.value('host'));
  if (call.args.has('json')) await call.streams.out(jsonLine(answer));
  else if (answer.value !== null) await call.streams.say(`${answer.value}\n`);
  else
    await call.streams.err(`steward: no ${answer.kind} is free in ${answer.range || 'any declared range'}\n`);
  if (!call.args.has('json')) for (const note of answer.notes) await call.streams.err(`steward: ${note}\n`);
  return answer.value === null ? 1 : 0;
}
