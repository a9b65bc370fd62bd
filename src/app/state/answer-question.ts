import { formatDuration } from '../../lib/duration.ts';
import type { StateFile, StateItem, StateQuestion, StateSection } from '../../protocol/state-file.ts';
import { describeDiff, type FoundRow, findItems } from '../../state/index.ts';
import { describeImpact, loadGraph } from '../graph/show-graph.ts';
import type { World } from '../world.ts';
import { freeOf } from './find-free.ts';
import { demandKnown, diffBetween, stateAt } from './known-state.ts';

/** More rows are counted: whoever wants one asks with more words. */
const MOST_ROWS = 60;
const MOST_SENTENCES = 80;

/** What the State tool of a run answers. OpsError for what cannot be answered. */
export async function answerQuestion(world: World, question: StateQuestion): Promise<string> {
  switch (question.ask) {
    case 'find': {
      const { state, problem } = await demandKnown(world);
      return `${problem === null ? '' : `${problem}\n`}${rowsText(state, question.query, world.clock.now())}`;
    }
    case 'at': {
      const { state, at, note } = await stateAt(world, question.time);
      return `${note === null ? '' : `${note}\n`}As it was ${new Date(at).toISOString()}:\n${rowsText(state, question.query, at)}`;
    }
    case 'changes': {
      const { from, changes } = await diffBetween(world, question.from ?? undefined, undefined);
      const sentences = describeDiff(changes);
      const more = sentences.length - MOST_SENTENCES;
      const lines = [...sentences.slice(0, MOST_SENTENCES), ...(more > 0 ? [`and ${more} more`] : [])];
      return `Since ${new Date(from.at).toISOString()}:\n${lines.length === 0 ? 'nothing has changed' : lines.join('\n')}`;
    }
    case 'free': {
      const { value, range, notes } = await freeOf(world, question.kind, question.host ?? undefined);
      return [value === null ? `none is free in ${range}` : `${value} is free (in ${range})`, ...notes].join(
        '\n',
      );
    }
    case 'impact':
      return describeImpact(world, await loadGraph(world), question.name).text;
  }
}

function rowsText(state: StateFile, query: string, now: number): string {
  const rows = findItems(state, query);
  const head = `Scanned ${ageText(state.meta.generated_at, now)}${state.meta.partial ? '; not every source answered' : ''}.`;
  if (rows.length === 0) return `${head} Nothing is known of "${query}".`;
  const more = rows.length - MOST_ROWS;
  return [
    head,
    ...rows.slice(0, MOST_ROWS).map((row) => rowText(row, now)),
    ...(more > 0 ? [`and ${more} more: ask with more words`] : []),
  ].join('\n');
}

/** One row for a model: what, how, where, who said so and when. */
export function rowText({ section, item }: FoundRow, now: number): string {
  const where = item.host === null || item.host === item.name ? '' : ` on ${item.host}`;
  const parts = [
    item.status,
    item.addresses.join(' '),
    item.ports.length === 0 ? null : `port ${item.ports.join(' ')}`,
    item.owner === null ? null : `owner ${item.owner}`,
    item.tags.join(' '),
  ].filter((part) => part !== null && part !== '');
  return `${labelOf(section, item)}${where}${parts.length === 0 ? '' : `: ${parts.join(', ')}`} [${sourceText(item, now)}]`;
}

function labelOf(section: StateSection, { id, name }: StateItem): string {
  return `${section.replace(/s$/, '')} ${section === 'guests' && id !== name ? `${id} ` : ''}${name}`;
}

function sourceText({ source, seen_at, stale }: StateItem, now: number): string {
  if (stale !== null) return `${source}, STALE, last seen ${ageText(stale.since, now)}: ${stale.reason}`;
  return seen_at === null ? `declared in the ${source}` : `${source}, ${ageText(seen_at, now)}`;
}

function ageText(time: string, now: number): string {
  return `${formatDuration(Math.max(0, now - Date.parse(time)))} ago`;
}
