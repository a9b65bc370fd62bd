import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { forEachChild, parse, type SyntaxNode } from 'unbash';
import { describe, expect, it } from 'vitest';
import { parseLine } from '../../src/policy/parse.ts';
import { printList } from '../../src/policy/print.ts';
import { allowedLines, CWD, HOME, refusedLines, shippedPolicy } from './support.ts';

const policy = shippedPolicy();
const RANDOM_LINES = 20_000;

function bash(args: string[], input?: string) {
  return spawnSync('bash', ['--norc', '--noprofile', ...args], {
    input,
    encoding: 'utf8',
    env: { HOME, LC_ALL: 'C' },
  });
}

function reprint(line: string): string | undefined {
  const parsed = parseLine(line, HOME);
  return 'list' in parsed ? printList(parsed.list) : undefined;
}

/** A line that holds each kind of node, and whether such a line can be allowed. */
const NODES: Record<string, { line: string; isJudged: boolean }> = {
  Script: { line: 'ls', isJudged: true },
  Statement: { line: 'ls; ls', isJudged: true },
  Command: { line: 'ls -l', isJudged: true },
  Word: { line: 'ls a', isJudged: true },
  Literal: { line: 'ls a"b"', isJudged: true },
  SingleQuoted: { line: "ls 'a'", isJudged: true },
  DoubleQuoted: { line: 'ls "a"', isJudged: true },
  AnsiCQuoted: { line: "ls $'a'", isJudged: true },
  LocaleString: { line: 'ls $"a"', isJudged: false },
  Glob: { line: 'ls *.txt', isJudged: true },
  ExtendedGlob: { line: 'ls @(a|b)', isJudged: false },
  BraceExpansion: { line: 'ls {a,b}', isJudged: true },
  SimpleExpansion: { line: 'echo $HOME', isJudged: true },
  ParameterExpansion: { line: 'echo ${HOME}', isJudged: true },
  Default: { line: 'echo ${HOME:-x}', isJudged: true },
  Remove: { line: 'echo ${HOME#x}', isJudged: false },
  Replace: { line: 'echo ${HOME/x/y}', isJudged: false },
  Slice: { line: 'echo ${HOME:1}', isJudged: false },
  CaseModification: { line: 'echo ${HOME^}', isJudged: false },
  Transform: { line: 'echo ${HOME@P}', isJudged: false },
  Names: { line: 'echo ${!HO@}', isJudged: false },
  CommandExpansion: { line: 'echo $(date)', isJudged: true },
  ArithmeticExpansion: { line: 'echo $((1 + 2))', isJudged: true },
  ArithmeticBinary: { line: 'echo $((1 + 2))', isJudged: true },
  ArithmeticWord: { line: 'echo $((x + 2))', isJudged: false },
  ArithmeticUnary: { line: 'echo $((!x))', isJudged: false },
  ArithmeticTernary: { line: 'echo $((1 ? x : 3))', isJudged: false },
  ArithmeticGroup: { line: 'echo $(((1 + 2) * 3))', isJudged: true },
  ArithmeticCommandExpansion: { line: 'echo $(($(date) + 1))', isJudged: false },
  ProcessSubstitution: { line: 'cat <(ls)', isJudged: true },
  Assignment: { line: 'x=1', isJudged: true },
  ArrayValue: { line: 'x=(1 2)', isJudged: false },
  Redirect: { line: 'ls 2>/dev/null', isJudged: true },
  FileDescriptor: { line: 'ls 2>/dev/null', isJudged: true },
  FileDescriptorVariable: { line: 'ls {x}>/dev/null', isJudged: false },
  HereString: { line: 'cat <<< a', isJudged: true },
  HereDoc: { line: 'cat <<E\na\nE', isJudged: true },
  HereDocDelimiter: { line: 'cat <<E\na\nE', isJudged: true },
  HereDocBody: { line: 'cat <<E\na\nE', isJudged: true },
  Redirected: { line: '{ ls; } 2>/dev/null', isJudged: true },
  Pipeline: { line: 'ls | wc', isJudged: true },
  Time: { line: 'time ls', isJudged: true },
  Negation: { line: '! ls', isJudged: true },
  AndOr: { line: 'ls && ls', isJudged: true },
  If: { line: 'if ls; then ls; fi', isJudged: true },
  Elif: { line: 'if ls; then ls; elif ls; then ls; fi', isJudged: true },
  For: { line: 'for i in 1; do ls; done', isJudged: true },
  While: { line: 'while ls; do ls; done', isJudged: true },
  Function: { line: 'f() { ls; }', isJudged: false },
  Subshell: { line: '( ls )', isJudged: true },
  BraceGroup: { line: '{ ls; }', isJudged: true },
  CompoundList: { line: '{ ls; }', isJudged: true },
  Case: { line: 'case a in a) ls;; esac', isJudged: true },
  CaseItem: { line: 'case a in a) ls;; esac', isJudged: true },
  Select: { line: 'select x in a; do ls; done', isJudged: false },
  Coproc: { line: 'coproc ls', isJudged: false },
  ArithmeticFor: { line: 'for ((;;)); do ls; done', isJudged: false },
  ArithmeticCommand: { line: '((1))', isJudged: false },
  TestCommand: { line: '[[ -f a ]]', isJudged: true },
  TestUnary: { line: '[[ -f a ]]', isJudged: true },
  TestBinary: { line: '[[ a == b ]]', isJudged: true },
  TestLogical: { line: '[[ -f a && -f b ]]', isJudged: true },
  TestNot: { line: '[[ ! -f a ]]', isJudged: true },
  TestGroup: { line: '[[ ( -f a ) ]]', isJudged: true },
  Unknown: { line: 'echo ${HOME~}', isJudged: false },
};

describe('the parser', () => {
  const types = readFileSync(
    fileURLToPath(new URL('../../node_modules/unbash/dist/types.d.ts', import.meta.url)),
    'utf8',
  );
  const known = new Set([...types.matchAll(/readonly type: "(\w+)"/g)].map((found) => found[1] ?? ''));

  it('has no kind of node that is not accounted for here', () => {
    expect(Object.keys(NODES).sort()).toEqual([...known].sort());
  });

  it.each(Object.entries(NODES))('%s: is judged or refused as said', (type, { line, isJudged }) => {
    const seen = new Set<string>();
    const visit = (node: SyntaxNode): void => {
      seen.add(node.type);
      forEachChild(node, visit);
    };
    visit(parse(line));
    expect(seen.has(type) || type === 'Unknown' || HIDDEN.has(type), [...seen].join(' ')).toBe(true);
    expect(policy.judge(policy.toAction(line, CWD), { resolved: new Map() }).verdict === 'allow').toBe(
      isJudged,
    );
  });
});

/** Not given to a visitor by themselves. */
const HIDDEN = new Set(['FileDescriptor', 'FileDescriptorVariable', 'HereDocDelimiter', 'HereDocBody']);

describe('the printer', () => {
  it('quotes what looks like a pattern only to keep grep from finding itself, and nothing that means files', () => {
    expect(reprint('ps aux | grep [n]ginx')).toBe("'ps' 'aux' | 'grep' '[n]ginx'");
    expect(reprint('ls "x"[a]')).toBe("'ls' 'x[a]'");
    for (const [word, printed] of [
      ['./[a]', "'./'[a]"],
      ['/srv/[a]', "'/srv/'[a]"],
      ['[ab]', "'./'[ab]"],
      ['[a]b*', "'./'[a]'b'*"],
    ])
      expect(reprint(`ls ${word}`)).toBe(`'ls' ${printed}`);
    expect(reprint('case x in [x]) ls ;; esac')).toMatch(/in \(\[x\]\)/);
  });

  const lines = [...allowedLines(), ...refusedLines()];

  it('prints what parses to the same tree, and prints that the same way', () => {
    for (const line of lines) {
      const parsed = parseLine(line, HOME);
      if (!('list' in parsed)) continue;
      const printed = printList(parsed.list);
      expect(parseLine(printed, HOME), line).toEqual(parsed);
      expect(reprint(printed)).toBe(printed);
    }
  });

  it('prints lines that bash accepts', () => {
    const printed = lines.flatMap((line) => reprint(line) ?? []);
    const script = printed.map((line) => `: <<'NEXT'\n${'NEXT'}\n${line}`).join('\n');
    const result = bash(['-n'], script);
    expect(result.stderr).toBe('');
    expect(printed.length).toBeGreaterThan(400);
  });

  it('prints lines that do in bash what the first ones did', () => {
    fc.assert(
      fc.property(fc.array(echoLine, { minLength: 20, maxLength: 20 }), (drawn) => {
        const kept = drawn.filter((line) => reprint(line) !== undefined);
        const run = (all: string[]): string =>
          bash(['-c', all.map((line) => `${line}\necho @`).join('\n')]).stdout;
        expect(run(kept.map((line) => reprint(line) ?? ''))).toBe(run(kept));
      }),
      { numRuns: 60 },
    );
  });
});

const word = fc.oneof(
  fc.constantFrom(
    'a',
    "'b c'",
    '"d  e"',
    "$'f\\n\\x41'",
    '{1..3}',
    'x{a,b}y',
    '\\ ',
    'g\\"h',
    '"i\\"j\\$k"',
    '$v',
    '"$v"',
    '${v}',
    '"${v} w"',
    '${v:-x/y}',
    '"${v:-x}"',
    '${v-z}',
    '"${none:-a=b}"',
    '${none-}',
    'n${none:-a,b}m',
    '$(echo m n)',
    '"$(echo m  n)"',
    '`echo o`',
    '$((1+2))',
    '/e*c/host?',
    '~',
    '~/x',
    '""',
    "''",
    'HEAD@{1}',
    '{}',
    'q#r',
    '"a\nb"',
    'if',
    "it\\'s",
    '-n',
    '$?',
    '"!"',
    'a=b',
    './*nothing*',
    'x[a]',
    "'\\'",
    '"\\a"',
  ),
  fc.string({ maxLength: 4 }).map((text) => `'${text.replaceAll(/['\u0000-\u001f\u007f-\uffff]/g, '')}'`),
);
const echo = fc.array(word, { maxLength: 4 }).map((words) => ['echo', ...words].join(' '));
const echoLine = fc
  .tuple(fc.constantFrom("v='1 *'", 'v=', "v='x  y'"), echo, echo, fc.nat(12))
  .map(([set, one, two, form]) => `${set}; ${arrange(one, two, form)}`);

function arrange(one: string, two: string, form: number): string {
  switch (form) {
    case 0:
      return `${one} && ${two}`;
    case 1:
      return `${one} | cat; ${two}`;
    case 2:
      return `if ${one} >/dev/null; then ${two}; else ${one}; fi`;
    case 3:
      return `for i in a 'b c'; do ${one} "$i" $i; done`;
    case 4:
      return `( ${one} ); { ${two}; } 2>&1`;
    case 5:
      return `cat <<< "$v"; ${one}`;
    case 6:
      return `cat <<'E'\n$v \`x\`\n  y\nE\n${two}`;
    case 7:
      return `! ${one}; ${two} |& cat`;
    case 8:
      return `while ${one}; do ${two}; break; done`;
    case 9:
      return `case $v in x|'1 '*) ${one};; *) ${two};; esac`;
    case 10:
      return `case "$(echo ab)" in [a-c]b) ${one} ;; a?) ${two}; esac`;
    case 11:
      return `case \${v:-none} in none) ;; *' '*) ${one};; esac; ${two}`;
    default:
      return `[ "$v" = x ] || ${two}`;
  }
}

describe('bash', () => {
  const token = fc.constantFrom(
    ...'ls echo cat cd /etc a -l ; | & && || ( ) { } < > >> 2>&1 >& <<< $ $( ` " \' \\ \n if then else fi for i in do done while case esac [[ ]] [ ] ! time x=1 $x ${x} ${ $(( )) {a,b} * ? ~ # function coproc'.split(
      ' ',
    ),
    '2>/dev/null',
    ' ',
    'true',
    'wc',
    '"a"',
    "'b'",
    '$(date)',
    '`date`',
  );

  it('accepts every line that is allowed, however it came about', () => {
    const allowed = new Set<string>();
    fc.assert(
      fc.property(
        fc.array(token, { minLength: 1, maxLength: 9 }).map((tokens) => tokens.join(' ')),
        (line) => {
          if (policy.isObserveLine(line, CWD)) allowed.add(line);
        },
      ),
      { numRuns: RANDOM_LINES },
    );
    const rejected = [...allowed].filter((line) => bash(['-n', '-c', line]).status !== 0);
    expect(rejected).toEqual([]);
    expect(allowed.size).toBeGreaterThan(50);
  }, 120_000);
});
