import { sha256 } from '../../lib/digest.ts';
import { type JournalBaseline, type KindCount, updateBaseline } from './baseline.ts';
import { foldMessage } from './fold-message.ts';
import { readEntries } from './read-entries.ts';
import { isSerious } from './tell-apart.ts';

/** Lines of one program that differ only in what varies. */
export interface JournalTemplate {
  /** Stable over runs: 8 hex digits of identifier and template. */
  id: string;
  unit: string;
  identifier: string;
  template: string;
  /** The newest line, as it was written. */
  sample: string;
  count: number;
  /** The worst of its lines: 0 emerg … 7 debug. */
  priority: number;
  /** Milliseconds since the epoch. */
  first: number;
  last: number;
  isSerious: boolean;
  isNew: boolean;
  isSurge: boolean;
  isLearning: boolean;
}

export interface JournalSummary {
  output: { templates: JournalTemplate[]; lines: number; skipped: number; isLearning: boolean };
  text: string;
  baseline: JournalBaseline;
}

/** Rules look at no more: after an upgrade a host may say hundreds of new things at once. */
const MOST_TEMPLATES = 100;
const SHOWN_SERIOUS = 15;
const SHOWN_OTHERS = 5;
const SAMPLE_LIMIT = 160;

/** @param text of `journalctl -o json`, the last hour or less. */
export function summariseJournal(text: string, known: JournalBaseline | null, now: number): JournalSummary {
  const { entries, skipped } = readEntries(text);
  const templates = new Map<string, JournalTemplate & { fresh: number }>();
  const foldedOf = new Map<string, string>();
  for (const entry of entries) {
    let folded = foldedOf.get(entry.message);
    if (folded === undefined) {
      folded = foldMessage(entry.message);
      foldedOf.set(entry.message, folded);
    }
    const key = `${entry.identifier}\0${folded}`;
    let group = templates.get(key);
    if (group === undefined) {
      const { unit, identifier, message, priority, at } = entry;
      const flags = { isSerious: false, isNew: false, isSurge: false, isLearning: known === null };
      const times = { count: 0, fresh: 0, first: at, last: at };
      group = { id: '', unit, identifier, template: folded, sample: message, priority, ...times, ...flags };
      templates.set(key, group);
    }
    group.count += 1;
    if (entry.at > (known?.at ?? 0)) group.fresh += 1;
    group.priority = Math.min(group.priority, entry.priority);
    group.isSerious ||= isSerious(entry);
    group.first = Math.min(group.first, entry.at);
    if (entry.at >= group.last) {
      group.last = entry.at;
      group.sample = entry.message;
      group.unit = entry.unit;
    }
  }

  const counts: KindCount[] = [];
  for (const [key, group] of templates) {
    if (!group.isSerious) continue;
    group.id = sha256(key).slice(0, 8);
    counts.push(group);
  }
  const from = entries.reduce((earliest, entry) => Math.min(earliest, entry.at), now);
  const { baseline, marks } = updateBaseline(known, counts, { from, now });
  for (const group of templates.values()) Object.assign(group, marks.get(group.id));

  const ordered = [...templates.values()].sort(byImportance).map(({ fresh: _, ...template }) => template);
  const serious = ordered.filter((template) => template.isSerious).slice(0, MOST_TEMPLATES);
  return {
    output: { templates: serious, lines: entries.length, skipped, isLearning: known === null },
    text: describe(ordered, entries.length, known === null),
    baseline,
  };
}

type Ranked = Pick<JournalTemplate, 'isSerious' | 'isNew' | 'isSurge' | 'priority' | 'count' | 'template'>;

function byImportance(a: Ranked, b: Ranked): number {
  const rank = (t: Ranked) => (t.isSerious ? (t.isNew || t.isSurge ? 0 : 1) : 2);
  return (
    rank(a) - rank(b) ||
    (rank(a) < 2 ? a.priority - b.priority : 0) ||
    b.count - a.count ||
    (a.template < b.template ? -1 : a.template > b.template ? 1 : 0)
  );
}

const PRIORITIES = ['emerg', 'alert', 'crit', 'err', 'warning', 'notice', 'info', 'debug'];

/** What a model or a person reads: kinds of lines with counts, never the raw journal. */
function describe(templates: readonly JournalTemplate[], lines: number, isLearning: boolean): string {
  const serious = templates.filter((template) => template.isSerious);
  const others = templates.filter((template) => !template.isSerious);
  const shown = [...serious.slice(0, SHOWN_SERIOUS), ...others.slice(0, SHOWN_OTHERS)];
  const learning = isLearning ? ' First look at this journal: learning what is normal here.' : '';
  const head = `${lines} lines of ${templates.length} kinds, ${serious.length} of them errors.${learning}`;
  const hidden = templates.length - shown.length;
  return [head, ...shown.map(describeTemplate), ...(hidden > 0 ? [`… and ${hidden} more kinds`] : [])].join(
    '\n',
  );
}

function describeTemplate(template: JournalTemplate): string {
  const mark = template.isNew ? ' NEW' : template.isSurge ? ' SURGE' : '';
  const source =
    template.unit === template.identifier ? template.unit : `${template.unit} ${template.identifier}`;
  const times =
    template.count === 1
      ? clockTime(template.last)
      : `${clockTime(template.first)}–${clockTime(template.last)}`;
  const sample = template.sample.replace(/\s+/g, ' ').slice(0, SAMPLE_LIMIT);
  return `${template.count}× ${PRIORITIES[template.priority]}${mark} ${source}: ${sample} [${times}]`;
}

function clockTime(at: number): string {
  return `${new Date(at).toISOString().slice(11, 19)}Z`;
}
