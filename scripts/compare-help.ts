/**
 * Compares what the program specs say of options with the help of every program that is installed here. `npm run
 * policy:help` prints counts and whatever does not fit; `--write` writes docs/policy-coverage.md.
 *
 * An option whose spec is wrong about taking a value is dangerous: what policy took for a value may be a file that the
 * program reads, or the other way round. Each must be corrected, or explained in EXPLAINED.
 */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { compileSpecs } from '../src/policy/index.ts';
import type { ProgramSpec, VerbSpec } from '../src/protocol/program-spec.ts';
import { EXPLAINED } from './help-explained.ts';
import { type HelpArity, mentionedOptions, readHelp } from './read-help.ts';

export interface Comparison {
  program: string;
  version: string;
  /** Options of the program's help. */
  known: number;
  /** Those that the spec neither allows nor denies: they ask. */
  uncovered: string[];
  /** Those that the spec allows and help does not mention. */
  unmentioned: string[];
  mismatches: { option: string; spec: string; help: HelpArity }[];
}

/** Never to be started, not even for their help. */
const NOT_STARTED =
  /^(?:reboot|shutdown|poweroff|halt|init|telinit|kexec|rtcwake|mkfs.*|kill|pkill|killall|dd|rm|shred|wipefs|modprobe|rmmod|insmod|depmod|vi|vim|nano|emacs|more|less|top|htop|watch|man|su|login|passwd|export|rfkill|env|printenv)$/;

export function compareProgram(spec: ProgramSpec, program: string): Comparison | undefined {
  if (NOT_STARTED.test(program)) return undefined;
  const root = helpOf(program, []);
  if (root === undefined) return undefined;
  const result: Comparison = {
    program,
    version: versionOf(program),
    known: 0,
    uncovered: [],
    unmentioned: [],
    mismatches: [],
  };
  const explained = (option: string): boolean =>
    EXPLAINED.some((one) => one.programs.includes(program) && one.options.includes(option));
  const compareVerb = (verb: VerbSpec, path: string[], text: string, inherited: Set<string>): void => {
    const help = readHelp(text);
    const mentioned = mentionedOptions(text);
    const own = new Set([...Object.keys(verb.options), ...Object.keys(verb.deny)]);
    result.known += help.size;
    const place = path.length === 0 ? '' : `${path.join(' ')} `;
    for (const option of help.keys())
      if (!own.has(option) && !inherited.has(option)) result.uncovered.push(`${place}${option}`);
    for (const [option, kind] of Object.entries(verb.options)) {
      const arity = help.get(option);
      if (arity !== undefined && !fits(kind, arity) && !explained(`${place}${option}`)) {
        result.mismatches.push({ option: `${place}${option}`, spec: kind, help: arity });
      } else if (!mentioned.has(option) && option !== '-NUM' && !/^-?-(?:help|version|h|V|v)$/.test(option)) {
        result.unmentioned.push(`${place}${option}`);
      }
    }
    for (const [name, inner] of Object.entries(verb.verbs)) {
      if (typeof inner === 'string' || inner.verdict !== 'allow') continue;
      const innerText = helpOf(program, [...path, name]);
      // Programs without a help for each verb repeat their own.
      compareVerb(
        inner,
        [...path, name],
        innerText === undefined || innerText === text ? '' : innerText,
        new Set([...own, ...inherited]),
      );
    }
  };
  compareVerb(spec.root, [], root, new Set());
  return result;
}

/** A flag beside an optional value: neither takes the next word, and what is attached is read as more flags. */
function fits(kind: string, arity: HelpArity): boolean {
  if (kind === 'flag') return arity !== 'required';
  if (kind === 'optional') return arity === 'optional';
  return arity === 'required';
}

const CLEAN = {
  PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
  HOME: '/nonexistent',
  LC_ALL: 'C',
  TERM: 'dumb',
  COLUMNS: '200',
  PAGER: 'cat',
};

function run(program: string, args: string[]): string {
  const { stdout, stderr } = spawnSync(program, args, {
    env: CLEAN,
    timeout: 5_000,
    encoding: 'utf8',
    input: '',
    cwd: '/',
  });
  return `${stdout ?? ''}\n${stderr ?? ''}`;
}

/** undefined: not installed, or it has nothing to say. A verb is only asked where asking cannot do anything. */
function helpOf(program: string, verb: string[]): string | undefined {
  if (spawnSync('which', [program], { env: CLEAN }).status !== 0) return undefined;
  if (
    verb.length > 0 &&
    !/^(?:git|podman|docker|restic|borg|apt|btrfs|kubectl|helm|nomad|consul)$/.test(program)
  )
    return '';
  if (program === 'git' && verb.length > 0) return run(program, [...verb, '-h']);
  const text = run(program, [
    ...verb,
    program === 'curl' ? '--help=all' : '--help',
    ...(program === 'curl' ? [] : []),
  ]);
  return /(?:^|\s)-{1,2}[A-Za-z]/m.test(text) ? text : undefined;
}

function versionOf(program: string): string {
  const line =
    run(program, ['--version'])
      .split('\n')
      .find((text) => /\d+\.\d/.test(text)) ?? '';
  return /\d+(?:\.\d+)+[\w.~+-]*/.exec(line)?.[0] ?? '';
}

export async function compareAll(only?: ReadonlySet<string>): Promise<Comparison[]> {
  const folder = join(import.meta.dirname, '..', 'src', 'policy', 'specs');
  const specs = await compileSpecs(
    readdirSync(folder)
      .filter((name) => name.endsWith('.yaml'))
      .map((name) => ({ source: name, text: readFileSync(join(folder, name), 'utf8') })),
  );
  return specs
    .flatMap((spec) =>
      spec.root.verdict === 'allow' && spec.syntax !== 'find' && spec.syntax !== 'none'
        ? spec.names.map((name) => ({ spec, name }))
        : [],
    )
    .filter(({ name }) => only?.has(name) ?? true)
    .flatMap(({ spec, name }) => compareProgram(spec, name) ?? []);
}

if (import.meta.main) {
  const all = await compareAll();
  for (const one of all) {
    for (const { option, spec, help } of one.mismatches)
      console.log(`MISMATCH ${one.program} ${option}: the spec says ${spec}, help says ${help}`);
    if (process.argv.includes('--all')) {
      if (one.unmentioned.length > 0) console.log(`not in help: ${one.program} ${one.unmentioned.join(' ')}`);
      if (one.uncovered.length > 0) console.log(`asks: ${one.program} ${one.uncovered.join(' ')}`);
    }
  }
  console.log(summary(all));
  if (process.argv.includes('--write'))
    writeFileSync(join(import.meta.dirname, '..', 'docs', 'policy-coverage.md'), page(all));
  process.exitCode = all.some(({ mismatches }) => mismatches.length > 0) ? 1 : 0;
}

function total(all: readonly Comparison[], count: (one: Comparison) => number): number {
  return all.reduce((sum, one) => sum + count(one), 0);
}

function summary(all: readonly Comparison[]): string {
  return `${all.length} programs, ${total(all, (one) => one.known)} options in their help; ${total(all, (one) => one.uncovered.length)} ask, ${total(all, (one) => one.unmentioned.length)} allowed that help does not mention, ${total(all, (one) => one.mismatches.length)} mismatches`;
}

function page(all: readonly Comparison[]): string {
  const rows = all.map(
    (one) =>
      `| ${one.program} | ${one.version} | ${one.known} | ${one.known - Math.min(one.known, one.uncovered.length)} | ${one.uncovered.length} | ${one.unmentioned.length} |`,
  );
  return `# How far the program specs go

Written by \`npm run policy:help -- --write\` on ${new Date().toISOString().slice(0, 10)}: the specs beside the \`--help\` of every program that was
installed there. An option that a spec does not know makes steward ask; one that a spec takes for something else than
the program does would be dangerous, and there is none that is not explained in \`scripts/help-explained.ts\`.

${summary(all)}.

| program | version | options in its help | covered | ask | allowed, not in its help |
| --- | --- | ---: | ---: | ---: | ---: |
${rows.join('\n')}
`;
}
