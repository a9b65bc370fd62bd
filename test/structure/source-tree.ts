import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

export interface SourceFile {
  /** Relative to the project, `/`-separated. */
  path: string;
  text: string;
  lineCount: number;
  imports: SourceImport[];
}

export interface SourceImport {
  /** As written: `../lib/digest.ts`, `zod`, `node:fs`. */
  specifier: string;
  /** Path of the imported file for relative ones, else null. */
  file: string | null;
  isTypeOnly: boolean;
  isDynamic: boolean;
}

const ROOT = join(import.meta.dirname, '../..');

export function readSources(folder: string): SourceFile[] {
  return readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
    .map((file) => {
      const path = relative(ROOT, file);
      const text = readFileSync(file, 'utf8');
      return { path, text, lineCount: text.split('\n').length - 1, imports: readImports(path, text) };
    });
}

/** Import text is enough: the style forbids anything cleverer than a literal specifier. */
function readImports(path: string, text: string): SourceImport[] {
  const found: SourceImport[] = [];
  const statement = /^(?:import|export)\s+(type\s)?(?:[^'"`;]*?\sfrom\s+)?'([^']+)'/gm;
  for (const match of text.matchAll(statement)) {
    found.push(describeImport(path, match[2] ?? '', match[1] !== undefined, false));
  }
  for (const match of text.matchAll(/(?<!typeof )\bimport\(\s*'([^']+)'/g)) {
    found.push(describeImport(path, match[1] ?? '', false, true));
  }
  return found;
}

function describeImport(
  path: string,
  specifier: string,
  isTypeOnly: boolean,
  isDynamic: boolean,
): SourceImport {
  const file = specifier.startsWith('.') ? join(dirname(path), specifier) : null;
  return { specifier, file, isTypeOnly, isDynamic };
}

/** `src/gate/decide.ts` → `gate`; `src/cli.ts` → `cli.ts`. */
export function areaOf(path: string): string {
  return path.split('/')[1] ?? '';
}

/** `@scope/name/sub` → `@scope/name`. */
export function packageOf(specifier: string): string {
  const parts = specifier.split('/');
  return specifier.startsWith('@') ? parts.slice(0, 2).join('/') : (parts[0] ?? specifier);
}
