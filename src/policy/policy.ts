import { sha256 } from '../lib/digest.ts';
import type { Action } from '../protocol/action.ts';
import { effectRank } from '../protocol/effect.ts';
import type { Target } from '../protocol/target.ts';
import type { Judgement } from '../protocol/verdict.ts';
import { SHELL_ONLY } from './builtins.ts';
import { type Explanation, explainParts } from './explain.ts';
import { judgeFetch, judgeFile } from './file-actions.ts';
import { escapePattern, mayMatchBoth, split } from './glob.ts';
import { checkText } from './limits.ts';
import { needsOf } from './needs.ts';
import { type Note, notingPaths } from './notes.ts';
import { outlineList } from './outline.ts';
import { parseLine } from './parse.ts';
import { createPathJudge, normalise, type PathFloor, type PathJudge } from './paths.ts';
import type { PolicyOptions, World } from './policy-options.ts';
import { literalArgv, printList } from './print.ts';
import { rememberMatches } from './remember-matches.ts';
import { denyPatterns, matchCommand } from './rules.ts';
import { asks, combine, type Ruling } from './ruling.ts';
import { createSecretPaths, type SecretFolder } from './secret-paths.ts';
import { targetOf } from './targets.ts';
import { thingsOf, verbsOf } from './things.ts';
import type { List } from './tree.ts';
import { judgeArgv, judgeList, type Part } from './walk.ts';

/** Pure: the same question gives the same answer. */
export interface Policy {
  /** sha256 over specs, rules, mode and endpoints: which policy decided. */
  readonly digest: string;
  /** Paths that the host should resolve before `judge`, absolute. */
  wantedPaths(action: Action): string[];
  judge(action: Action, world: World): Judgement;
  /** What a line of shell would be run as: one command as argv, more as the re-printed line. */
  toAction(line: string, cwd: string): Action;
  /** The same as `judge`, with everything that was looked at. */
  explain(line: string, cwd: string, world: World): Explanation;
  /** Every part of the line is allowed and only observes, by its text alone. */
  isObserveLine(line: string, cwd: string): boolean;
  /** Holds secrets, or a rule keeps it from being read: left out of a search. */
  isSecretPath(path: string): boolean;
  /** Where files that hold secrets are usually kept, for a sandbox that hides them. */
  readonly secretFolders: readonly SecretFolder[];
}

export function createPolicy(options: PolicyOptions): Policy {
  const { specs, rules, home } = options;
  const secrets = rememberMatches(createSecretPaths(home));
  const readRules = denyPatterns(rules.deny, 'Read', options);
  const core: Core = {
    options,
    floor: {
      home,
      stateLocation: normalise(options.stateLocation),
      secrets,
      readRules,
      writeRules: denyPatterns(rules.deny, 'Edit', options),
    },
    endpoints: options.declaredEndpoints,
  };
  const judge = (action: Action, world: World): Judgement =>
    judgeAction(core, action, world, createPathJudge(core.floor, world));
  let last: { line: string; cwd: string; action: Action } | undefined;
  const toAction = (line: string, cwd: string): Action => {
    // A call is asked about twice: whether it may run beside others, and when it runs.
    if (last?.line !== line || last.cwd !== cwd) last = { line, cwd, action: lineAction(line, cwd, home) };
    return last.action;
  };
  /** Judgements of what names no path: however the machine's paths resolve, they stay what they are. */
  const pathless = new WeakMap<Action, Judgement>();
  let digest: string | undefined;
  return {
    get digest() {
      digest ??= sha256(
        JSON.stringify({
          specs: specs.digest,
          rules,
          mode: options.mode,
          endpoints: options.declaredEndpoints,
        }),
      );
      return digest;
    },
    wantedPaths(action) {
      const paths = createPathJudge(core.floor, { resolved: new Map() });
      const judgement = judgeAction(core, action, { resolved: new Map() }, paths);
      if (paths.wanted.size === 0 && isOfWords(action)) pathless.set(action, judgement);
      return [...paths.wanted];
    },
    judge: (action, world) => pathless.get(action) ?? judge(action, world),
    toAction,
    explain(line, cwd, world) {
      const judgement = judge(toAction(line, cwd), world);
      const parsed = parseLine(line, home);
      if ('refusal' in parsed) return { outline: [], parts: [], decisive: null, judgement };
      const notes: Note[] = [];
      const paths = notingPaths(createPathJudge(core.floor, world), world.resolved, notes);
      const parts = judgeList(parsed.list, cwd, { ...walkOptions(core, paths), notes });
      const rulings = parts.map((part) => applyRules(options, part));
      return { outline: outlineList(parsed.list), ...explainParts(parts, rulings), judgement };
    },
    isObserveLine(line, cwd) {
      const { verdict, effect } = judge(toAction(line, cwd), { resolved: new Map() });
      return verdict === 'allow' && effect === 'observe';
    },
    get secretFolders() {
      return secrets.folders();
    },
    isSecretPath(path) {
      const normal = normalise(path);
      return (
        secrets.matches(normal) ||
        readRules.some(({ pattern }) => mayMatchBoth(split(escapePattern(normal)), pattern))
      );
    },
  };
}

function isOfWords({ kind }: Action): boolean {
  return kind === 'process' || kind === 'shell';
}

interface Core {
  options: PolicyOptions;
  floor: PathFloor;
  endpoints: readonly string[];
}

/** A line that cannot be parsed stays as it is; it will be judged, and never allowed. */
function lineAction(line: string, cwd: string, home: string): Action {
  const parsed = parseLine(line, home);
  if ('refusal' in parsed) return { kind: 'shell', line, cwd };
  return listAction(parsed.list, cwd);
}

function listAction(list: List, cwd: string): Action {
  const argv = literalArgv(list);
  if (argv !== undefined && !SHELL_ONLY.has(argv[0] ?? '')) return { kind: 'process', argv, cwd };
  return { kind: 'shell', line: printList(list), cwd };
}

function judgeAction(core: Core, action: Action, world: World, paths: PathJudge): Judgement {
  switch (action.kind) {
    case 'process': {
      const bad = action.argv.map((word) => checkText(word)).find((refusal) => refusal !== undefined);
      if (bad !== undefined) return refused(action, { ...bad, effect: 'disruptive' });
      return judgeParts(core, action, judgeArgv(action.argv, action.cwd, walkOptions(core, paths)));
    }
    case 'shell': {
      const parsed = parseLine(action.line, core.options.home);
      if ('refusal' in parsed) return refused(action, { ...parsed.refusal, effect: 'disruptive' });
      const parts = judgeList(parsed.list, action.cwd, walkOptions(core, paths));
      return judgeParts(core, listAction(parsed.list, action.cwd), parts);
    }
    case 'fetch':
      return withTarget(action, judgeFetch(action, core.endpoints), { kind: 'endpoint', name: action.url });
    default: {
      const path = action.kind === 'scan' ? action.root : action.path;
      return withTarget(action, judgeFile(action, core, world, paths), { kind: 'path', name: path });
    }
  }
}

function walkOptions(core: Core, paths: PathJudge) {
  return {
    specs: core.options.specs,
    paths,
    home: core.options.home,
    environment: core.options.environment ?? {},
    remoteHosts: core.options.remoteHosts ?? [],
    isDeclaredEndpoint: (url: string) =>
      judgeFetch({ kind: 'fetch', method: 'GET', url }, core.endpoints).verdict === 'allow',
  };
}

function judgeParts(core: Core, action: Action, parts: readonly Part[]): Judgement {
  const ruling = combine(parts.map((part) => applyRules(core.options, part)));
  const { specs, environment = {} } = core.options;
  const judgement = withTarget(action, ruling, targetOf(parts, specs, environment));
  if (action.kind !== 'process' && action.kind !== 'shell') return judgement;
  const commands = parts.flatMap((part) => part.commands);
  const writes = parts.flatMap((part) => part.writes ?? []);
  const needs = needsOf(parts, action.cwd, core.options);
  const things = thingsOf(parts, specs);
  const verbs = ruling.effect === 'observe' ? [] : verbsOf(parts, specs);
  return {
    ...judgement,
    commands,
    ...(writes.length === 0 ? {} : { writes }),
    needs,
    ...(things.length === 0 ? {} : { things }),
    ...(verbs.length === 0 ? {} : { verbs }),
  };
}

/** Rules may tighten anything, and lift a question about a literal command that is at most reversible. */
function applyRules(options: PolicyOptions, part: Part): Ruling {
  const { ruling, commands } = part;
  const { rules } = options;
  for (const argv of commands) {
    const deny = matchCommand(rules.deny, argv, true);
    if (deny !== undefined)
      return {
        ...ruling,
        verdict: 'deny',
        rule: `rule:${deny.text}`,
        reason: `the rule ${deny.text} denies it`,
      };
  }
  if (ruling.verdict === 'deny') return ruling;
  for (const argv of commands) {
    const ask = matchCommand(rules.ask, argv, true);
    if (ask !== undefined)
      return { ...asks(`rule:${ask.text}`, `the rule ${ask.text} asks for it`), effect: ruling.effect };
  }
  if (ruling.verdict === 'allow' || !part.isLiteral || effectRank(ruling.effect) > effectRank('reversible'))
    return ruling;
  const outermost = commands[0];
  const rule = outermost === undefined ? undefined : matchCommand(rules.allow, outermost, false);
  if (rule === undefined) return ruling;
  return {
    ...ruling,
    verdict: 'allow',
    rule: `rule:${rule.text}`,
    reason: `the rule ${rule.text} allows it`,
  };
}

function refused(action: Action, ruling: Ruling): Judgement {
  return withTarget(action, ruling, { kind: 'host', name: 'localhost' });
}

function withTarget(action: Action, ruling: Ruling, target: Target): Judgement {
  const { verdict, effect, rule, reason } = ruling;
  return { verdict, effect, rule, reason, target, action };
}
