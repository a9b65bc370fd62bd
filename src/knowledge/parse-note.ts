import { sha256 } from '../lib/digest.ts';
import { schemaFault } from '../lib/schema-fault.ts';
import { parseYaml } from '../lib/yaml-file.ts';
import type { Note, NoteScope } from '../protocol/knowledge.ts';

const KEYS = ['applies_to', 'learned_from', 'date', 'confidence'];

/** A note as a file holds it; front matter may be absent. OpsError `settings`: `file:line: field: what is wrong`. */
export async function parseNote(path: string, scope: NoteScope, text: string): Promise<Note> {
  const match = /^---\r?\n([\s\S]*?)\r?\n?---[ \t]*(?:\r?\n|$)([\s\S]*)$/.exec(text);
  const body = (match?.[2] ?? text).trim();
  const front = match === null ? EMPTY : await parseFront(path, match[1] ?? '');
  const [first = '', ...rest] = body.split('\n');
  const heading = /^#+\s+(.*)$/.exec(first)?.[1]?.trim();
  return {
    path,
    scope,
    title: heading ?? first.trim().slice(0, 120),
    body: heading === undefined ? body : rest.join('\n').trim(),
    ...front,
  };
}

type Front = Pick<Note, 'appliesTo' | 'learnedFrom' | 'date' | 'confidence'>;
const EMPTY: Front = { appliesTo: [], learnedFrom: null, date: null, confidence: 'medium' };

async function parseFront(path: string, text: string): Promise<Front> {
  const plain = parsePlain(text);
  if (plain !== null) return plain;
  // The beginning of a run's id can be a number to YAML, and none of ours: 1234e567.
  const yaml = await parseYaml(path, text.replace(/^(learned_from: )([\w-]+)$/m, '$1"$2"'), 2);
  const { noteSchema } = await import('../protocol/schemas/note.ts');
  const checked = noteSchema.safeParse(yaml.value ?? {});
  if (!checked.success) {
    const otherwise = 'is not the front matter of a note';
    throw schemaFault(yaml, checked.error.issues, { otherwise, fields: KEYS });
  }
  const { applies_to, learned_from, date, confidence } = checked.data;
  return { appliesTo: applies_to, learnedFrom: learned_from ?? null, date: date ?? null, confidence };
}

/**
 * What steward itself writes, without the YAML package: tens of thousands of notes are read in a second. null: it is
 * anything else.
 */
function parsePlain(text: string): Front | null {
  const front = { ...EMPTY };
  for (const line of text.split('\n')) {
    const [, key, value = ''] =
      /^(applies_to|learned_from|date|confidence): ([\w@.,/ [\]-]+)$/.exec(line) ?? [];
    if (key === 'applies_to' && /^\[[\w@./-]+(, [\w@./-]+)*\]$/.test(value))
      front.appliesTo = value.slice(1, -1).split(', ');
    else if (key === 'learned_from' && /^[\w-]+$/.test(value)) front.learnedFrom = value;
    else if (key === 'date' && /^\d{4}-\d{2}-\d{2}$/.test(value) && !Number.isNaN(Date.parse(value)))
      front.date = Date.parse(value);
    else if (key === 'confidence' && (value === 'low' || value === 'medium' || value === 'high'))
      front.confidence = value;
    else return null;
  }
  return front;
}

/** The text of a new note; `parseNote` gives back what went in. */
export function printNote({
  title,
  body,
  appliesTo,
  learnedFrom,
  date,
  confidence,
}: Omit<Note, 'path' | 'scope'>): string {
  const names = appliesTo.map((name) => (/^[\w@./-]+$/.test(name) ? name : JSON.stringify(name)));
  const lines = [
    ...(names.length === 0 ? [] : [`applies_to: [${names.join(', ')}]`]),
    ...(learnedFrom === null
      ? []
      : [`learned_from: ${/^[\w-]+$/.test(learnedFrom) ? learnedFrom : JSON.stringify(learnedFrom)}`]),
    ...(date === null ? [] : [`date: ${new Date(date).toISOString().slice(0, 10)}`]),
    `confidence: ${confidence}`,
  ];
  return `---\n${lines.join('\n')}\n---\n# ${title.replace(/\s+/g, ' ').trim()}\n\n${body.trim()}\n`;
}

/** Long titles begin alike: what is cut off is told apart by its digest. */
const LONGEST = 60;

/** A name for its file: `2026-11-21-restart-redis-first.md`. */
export function noteFileName(title: string, date: number): string {
  const whole = title
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');
  const words =
    whole.length > LONGEST
      ? `${whole.slice(0, LONGEST - 7).replace(/-+$/, '')}-${sha256(whole).slice(0, 6)}`
      : whole;
  return `${new Date(date).toISOString().slice(0, 10)}-${words === '' ? 'note' : words}.md`;
}
