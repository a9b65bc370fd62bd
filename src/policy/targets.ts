import { readRemote } from '../lib/remote-line.ts';
import type { ProgramSpec } from '../protocol/program-spec.ts';
import type { Target } from '../protocol/target.ts';
import { readWords } from './read-words.ts';
import type { SpecBook } from './spec-book.ts';
import type { Part } from './walk.ts';

const HOST: Target = { kind: 'host', name: 'localhost' };
const NONE: Target = { kind: 'none', name: 'localhost' };

/**
 * What a line touches, as far as its specs tell cheaply: one unit, one endpoint. When parts above observe touch several
 * things, or something of which no spec tells, it is the host that holds them all.
 */
export function targetOf(
  parts: readonly Part[],
  specs: SpecBook,
  environment: Readonly<Record<string, string>>,
): Target {
  const changing = parts.filter(({ ruling }) => ruling.effect !== 'observe');
  const isObserving = changing.length === 0;
  const found = new Map<string, Target>();
  for (const { commands } of isObserving ? parts : changing) {
    // The innermost command does it; what wraps it is only the way there.
    const [name = '', ...words] = commands.at(-1) ?? [];
    const targets = targetsOfCommand(specs.get(name), words, environment);
    if (targets === undefined && !isObserving) return HOST;
    for (const target of targets ?? []) found.set(`${target.kind} ${target.name}`, target);
  }
  const [only] = found.values();
  if (found.size === 1 && only !== undefined) return only;
  return isObserving ? NONE : HOST;
}

function targetsOfCommand(
  spec: ProgramSpec | undefined,
  words: readonly string[],
  environment: Readonly<Record<string, string>>,
): Target[] | undefined {
  if (spec?.names.includes('ssh') === true) {
    const remote = readRemote(words);
    if (remote !== null) return [{ kind: 'host', name: remote.host }];
  }
  const rule = spec?.target;
  if (spec === undefined || rule === undefined) return undefined;
  const read = readWords(spec, words);
  if (!read.isSure) return undefined;
  const named = [
    ...(rule.operands ? read.operands : []),
    ...rule.options.flatMap((name) => read.values.get(name) ?? []),
  ];
  if (rule.kind === 'unit') {
    const units = named.map(unitName);
    return units.length === 0 || units.includes(undefined)
      ? undefined
      : units.flatMap((name) => (name === undefined ? [] : [{ kind: 'unit', name }]));
  }
  const given = named.length > 0 ? named : [environment[rule.variable ?? ''] ?? rule.otherwise ?? ''];
  return given.includes('') ? undefined : given.map((name) => ({ kind: 'endpoint', name }));
}

/** As systemd completes it; undefined for a pattern or what is no name of a unit. */
function unitName(text: string): string | undefined {
  if (!/^[\w@:.\\-]+$/.test(text)) return undefined;
  return /\.(?:service|timer|socket|mount|automount|target|path|slice|scope|swap|device)$/.test(text)
    ? text
    : `${text}.service`;
}
