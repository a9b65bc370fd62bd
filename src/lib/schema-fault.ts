import { fieldPath, valueAt } from './field-path.ts';
import { nearest } from './nearest.ts';
import type { OpsError } from './ops-error.ts';
import { fileError, type YamlFile } from './yaml-file.ts';

/** As zod tells of what does not fit; the words of `message` are zod's or the schema's. */
export interface SchemaIssue {
  code: string;
  path: readonly PropertyKey[];
  message: string;
  /** Of `unrecognized_keys`. */
  keys?: readonly string[];
}

/** What a file is told that does not fit its schema. */
export interface SchemaWords {
  /** Nothing says what is wrong with it. */
  otherwise: string;
  /** Of `invalid_key`. */
  notAName?: string;
  /** Fields that somebody may have meant: any of the file, or, by the place of what holds them, all that there are. */
  fields: readonly string[] | ((place: readonly PropertyKey[]) => readonly string[]);
}

/** A file, or what a program gave instead of one: without lines. */
export type FaultyFile = Pick<YamlFile, 'source' | 'value'> & {
  lineOf(path: readonly PropertyKey[]): number | null;
};

/** The fault to tell first, with file, line and field: a field that is unknown is most often a slip of another one. */
export function schemaFault(file: FaultyFile, issues: readonly SchemaIssue[], words: SchemaWords): OpsError {
  const issue = issues.find(({ code }) => code === 'unrecognized_keys') ?? issues[0];
  if (issue === undefined) return fileError(file.source, file.lineOf([]), words.otherwise);
  const fail = (path: readonly PropertyKey[], why: string, hint?: string): OpsError =>
    fileError(file.source, file.lineOf(path), `${fieldPath(path) || 'the file'}: ${why}`, hint);
  if (issue.code === 'unrecognized_keys') {
    const key = issue.keys?.[0] ?? '';
    return fail([...issue.path, key], 'there is no such field', hintFor(key, issue.path, words));
  }
  if (issue.code === 'invalid_key') return fail(issue.path, words.notAName ?? issue.message);
  // What the schema says in its own words of the whole file needs no more.
  if (issue.code === 'custom' && issue.path.length === 0)
    return fileError(file.source, file.lineOf([]), issue.message);
  const isMissing =
    issue.code !== 'custom' && issue.path.length > 0 && valueAt(file.value, issue.path) === undefined;
  return fail(issue.path, isMissing ? 'is missing' : issue.message);
}

function hintFor(key: string, place: readonly PropertyKey[], { fields }: SchemaWords): string | undefined {
  const known = typeof fields === 'function' ? fields(place) : fields;
  const meant = nearest(key, known);
  if (meant !== undefined) return `Did you mean "${meant}"?`;
  return typeof fields === 'function' ? `Known: ${known.join(', ')}.` : undefined;
}
