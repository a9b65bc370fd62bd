import { dirname, resolve } from 'node:path';
import { fieldPath } from '../lib/field-path.ts';
import { isRecord } from '../lib/is-record.ts';
import { OpsError } from '../lib/ops-error.ts';
import { parseYaml } from '../lib/yaml-file.ts';
import type { FileCheck } from './file-check.ts';
import { type FutureFile, type ReadPorts, readOrTell } from './future-files.ts';

/** As editors read it: the first lines of a YAML file may name a schema. */
const MODELINE = /^#\s*yaml-language-server:\s*\$schema=(\S+)/m;
const MOST_ISSUES = 5;

/**
 * A file that is well formed, by the JSON Schema that it names itself (`$schema`, or the line that editors read), as
 * that one will be. null: it names none, or is a schema. One that would have to be fetched is told as not checked.
 */
export async function checkSchema(
  step: string,
  file: FutureFile,
  files: readonly FutureFile[],
  ports: ReadPorts,
): Promise<FileCheck | null> {
  const written = await parseYaml(file.path, file.after).catch(asUnread);
  if (written === null) return null;
  const { value } = written;
  const inside = isRecord(value) && typeof value.$schema === 'string' ? value.$schema : undefined;
  const named = inside ?? MODELINE.exec(file.after)?.[1];
  if (named === undefined || /^https?:\/\/json-schema\.org\//.test(named)) return null;
  const by = `JSON Schema ${named}`;
  const told = (ok: boolean | null, detail: string): FileCheck => ({ path: file.path, by, ok, detail });
  if (/^(?!file:)[a-z][\w+.-]*:/i.test(named)) return told(null, 'it is not here, and nothing is fetched');
  const path = resolve(dirname(file.path), named.replace(/^file:\/\//, ''));
  const schema = files.find((other) => other.path === path)?.after ?? (await readSchema(step, path, ports));
  if (typeof schema !== 'string') return told(null, schema.problem);
  const { createDataCheck } = await import('../protocol/schemas/data-file.ts');
  let check: ReturnType<typeof createDataCheck>;
  try {
    const parsed: unknown = (await parseYaml(path, schema)).value;
    if (!isRecord(parsed)) return told(null, `${path} is no JSON Schema`);
    check = createDataCheck(parsed);
  } catch (error) {
    return told(null, `${path} cannot be used: ${error instanceof Error ? error.message : String(error)}`);
  }
  // What names the schema is no part of what it describes.
  const { $schema: _, ...rest } = isRecord(value) ? value : {};
  const issues = check(isRecord(value) ? rest : value);
  if (issues.length === 0) return told(true, 'it fits');
  const lines = issues.slice(0, MOST_ISSUES).map((issue) => {
    const place = fieldPath(issue.path) || 'the file';
    return `${file.path}:${written.lineOf(issue.path)}: ${place}: ${issue.message}`;
  });
  return told(false, lines.join('\n'));
}

async function readSchema(
  step: string,
  path: string,
  ports: ReadPorts,
): Promise<string | { problem: string }> {
  const found = await readOrTell(step, path, ports);
  if ('problem' in found) return found;
  return found.text ?? { problem: `there is no ${path}` };
}

/** JSON that is no YAML, such as with a key twice. */
function asUnread(error: unknown): null {
  if (error instanceof OpsError) return null;
  throw error;
}
