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
  notAName: string;
  /** Fields that somebody may have meant. */
  fields: readonly string[];
}

/** The fault to tell first, with file, line and field: a field that is unknown is most often a slip of another one. */
export function schemaFault(yaml: YamlFile, issues: readonly SchemaIssue[], words: SchemaWords): OpsError {
  const issue = issues.find(({ code }) => code === 'unrecognized_keys') ?? issues[0];
  if (issue === undefined) return fileError(yaml.source, 1, words.otherwise);
  if (issue.code === 'unrecognized_keys') {
    const key = issue.keys?.[0] ?? '';
    const path = [...issue.path, key];
    const meant = nearest(key, words.fields);
    return fileError(
      yaml.source,
      yaml.lineOf(path),
      `${path.map(String).join('.')}: there is no such field`,
      meant && `Did you mean "${meant}"?`,
    );
  }
  const why = issue.code === 'invalid_key' ? words.notAName : issue.message;
  return fileError(
    yaml.source,
    yaml.lineOf(issue.path),
    `${issue.path.map(String).join('.') || 'the file'}: ${why}`,
  );
}
