import { OpsError } from '../lib/ops-error.ts';
import { describeAction } from '../protocol/action.ts';
import { type PathPattern, split } from './glob.ts';

/** A permission rule in Claude Code's syntax. */
export interface PermissionRule {
  /** As it was written. */
  text: string;
  tool: string;
  /** What stands in the brackets; null for a bare tool name, which lifts nothing. */
  specifier: string | null;
}

export interface PermissionRules {
  allow: readonly PermissionRule[];
  ask: readonly PermissionRule[];
  deny: readonly PermissionRule[];
}

/** `Bash`, `Bash(git log *)`, `Bash(git log:*)`, `Read(./src/**)`. Throws OpsError `usage`. */
export function parsePermissionRule(text: string): PermissionRule {
  const found = /^([A-Za-z][A-Za-z0-9_]*)(?:\((.*)\))?$/s.exec(text.trim());
  if (found === null) {
    throw new OpsError('bad-permission-rule', 'usage', `not a permission rule: ${JSON.stringify(text)}`, {
      hint: 'Write a tool name, or a tool name with what it may do in brackets, e.g. Bash(nomad job status *).',
    });
  }
  const specifier = found[2]?.trim();
  return {
    text: text.trim(),
    tool: found[1] ?? '',
    specifier: specifier === undefined || specifier === '' ? null : specifier,
  };
}

/** The first rule that speaks for these words. `isLoose`: a bare `Bash` matches too (for deny and ask). */
export function matchCommand(
  rules: readonly PermissionRule[],
  argv: readonly string[],
  isLoose: boolean,
): PermissionRule | undefined {
  const text = describeAction({ kind: 'process', argv, cwd: '/' });
  return rules.find((rule) => {
    if (rule.tool !== 'Bash') return false;
    if (rule.specifier === null) return isLoose;
    return matchesText(rule.specifier, text);
  });
}

/** `prefix:*` and a trailing ` *` also stand for nothing more at all. */
function matchesText(specifier: string, text: string): boolean {
  const prefix = /^(.*?)(?::\*| \*)$/s.exec(specifier)?.[1];
  if (prefix !== undefined) {
    const pattern = toPattern(prefix, '[^]*');
    return new RegExp(`^${pattern}(?: [^]*)?$`).test(text);
  }
  return new RegExp(`^${toPattern(specifier, '[^]*')}$`).test(text);
}

/**
 * The first rule for one of `tools` whose path pattern matches. As in Claude Code, `//x` is absolute, `~/x` starts at
 * home, and all others at the working directory.
 */
export function matchPath(
  rules: readonly PermissionRule[],
  tools: readonly string[],
  path: string,
  places: { home: string; cwd: string },
  isLoose: boolean,
): PermissionRule | undefined {
  return rules.find((rule) => {
    if (!tools.includes(rule.tool)) return false;
    if (rule.specifier === null) return isLoose;
    return pathPattern(rule.specifier, places).test(path);
  });
}

/** The same rules as patterns of glob.ts, for readers of the shell and for walks that meet them below. */
export function denyPatterns(
  rules: readonly PermissionRule[],
  tool: string,
  places: { home: string; cwd: string },
): { pattern: PathPattern; rule: PermissionRule }[] {
  return rules.flatMap((rule) =>
    rule.tool === tool && rule.specifier !== null
      ? [{ pattern: split(`${absoluteSpecifier(rule.specifier, places)}/**`), rule }]
      : [],
  );
}

function absoluteSpecifier(specifier: string, places: { home: string; cwd: string }): string {
  let absolute: string;
  if (specifier.startsWith('//')) absolute = specifier.slice(1);
  else if (specifier.startsWith('~/')) absolute = `${escapeStars(places.home)}${specifier.slice(1)}`;
  else if (specifier.startsWith('/')) absolute = `${escapeStars(places.cwd)}${specifier}`;
  else {
    const relative = specifier.replace(/^\.\//, '');
    // Without a slash it may stand at any depth, as in .gitignore.
    absolute = `${escapeStars(places.cwd)}/${relative.includes('/') || specifier.startsWith('./') ? '' : '**/'}${relative}`;
  }
  return absolute;
}

function pathPattern(specifier: string, places: { home: string; cwd: string }): RegExp {
  const pattern = absoluteSpecifier(specifier, places)
    .split('/')
    .map((part) => (part === '**' ? '\u0000' : toPattern(part, '[^/]*')))
    .join('/')
    .replaceAll('\u0000/', '(?:[^/]+/)*')
    .replaceAll('\u0000', '[^]*');
  return new RegExp(`^${pattern}(?:/[^]*)?$`);
}

function escapeStars(text: string): string {
  return text.replaceAll('*', '\\*');
}

function toPattern(text: string, star: string): string {
  return text
    .split(/(?<!\\)\*+/)
    .map((part) => part.replaceAll('\\*', '*').replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'))
    .join(star);
}
