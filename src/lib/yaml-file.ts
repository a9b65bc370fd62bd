import type { Document, Node, Pair } from 'yaml';
import { OpsError } from './ops-error.ts';

/** YAML that an operator wrote, with the line of every value, so that errors can say where. JSON is YAML too. */
export interface YamlFile {
  source: string;
  /** Plain data; null for an empty file. */
  value: unknown;
  /** Line, from 1, of the key or item at `path`, or of the nearest thing above it that exists. */
  lineOf(path: readonly PropertyKey[]): number;
}

/**
 * Throws OpsError `settings` with file and line. `firstLine` is the file's line on which `text` starts: front matter
 * is a part of a file. The yaml package is loaded here, so only when there is something to read.
 */
export async function parseYaml(source: string, text: string, firstLine = 1): Promise<YamlFile> {
  const { isMap, isScalar, isSeq, LineCounter, parseDocument } = await import('yaml');
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, prettyErrors: false });
  const lineAt = (offset: number) => firstLine + Math.max(1, lineCounter.linePos(offset).line) - 1;
  const error = document.errors[0];
  if (error) throw fileError(source, lineAt(error.pos[0]), `not valid YAML: ${error.message}`);

  const lineOf = (path: readonly PropertyKey[]): number => {
    let node = document.contents as Node | null;
    let line = lineAt(node?.range?.[0] ?? 0);
    for (const key of path) {
      let next: Node | null | undefined;
      if (isMap(node)) {
        const pair = (node.items as Pair<unknown, Node | null>[]).find(
          (item) => isScalar(item.key) && String(item.key.value) === String(key),
        );
        if (!pair) return line;
        line = lineAt(isScalar(pair.key) ? (pair.key.range?.[0] ?? 0) : 0);
        next = pair.value;
      } else if (isSeq(node)) {
        next = node.items[Number(key)] as Node | undefined;
        if (!next) return line;
        line = lineAt(next.range?.[0] ?? 0);
      } else {
        return line;
      }
      node = next ?? null;
    }
    return line;
  };
  return { source, value: plainValue(source, firstLine, document), lineOf };
}

/** What is wrong with an operator's file: `file:line: message`, reason `settings`. */
export function fileError(source: string, line: number | null, message: string, hint?: string): OpsError {
  const place = line === null ? source : `${source}:${line}`;
  return new OpsError('bad-file', 'settings', `${place}: ${message}`, hint === undefined ? {} : { hint });
}

function plainValue(source: string, firstLine: number, document: Document): unknown {
  try {
    // A few anchors are handy; thousands are an attack or an accident.
    return document.toJS({ maxAliasCount: 50 });
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw fileError(source, firstLine, `not valid YAML: ${message}`);
  }
}
