/** Ways to say a line otherwise. What each does to a harmless command is checked with bash itself. */

export type Dress = (line: string, number: number) => string;

/** Around a line: what it does stays, or something harmless is added. */
export const DRESSES: Record<string, Dress> = {
  after: (line) => `uptime; ${line}`,
  before: (line) => `${line}; uptime`,
  newline: (line) => `uptime\n${line}`,
  and: (line) => `true && ${line}`,
  or: (line) => `false || ${line}`,
  group: (line) => `{ ${line}\n}`,
  subshell: (line) => `( ${line}\n)`,
  substitution: (line) => `echo "$(${line}\n)"`,
  unquoted: (line) => `echo $(${line}\n)`,
  backticks: (line) => (/[`\\$]/.test(line) ? line : `echo \`${line}\n\``),
  process: (line) => `cat <(${line}\n)`,
  assigned: (line) => `x=$(${line}\n); echo "$x"`,
  condition: (line) => `if true; then ${line}\nfi`,
  otherwise: (line) => `if false; then :; else ${line}\nfi`,
  tested: (line) => `if ${line}\nthen :; fi`,
  loop: (line) => `for i in 1 2; do ${line}\ndone`,
  while: (line) => `while ${line}\ndo break; done`,
  until: (line) => `until { ${line}\n} ; do break; done`,
  not: (line) => `! ${line}`,
  time: (line) => `time ${line}`,
  comment: (line) => `${line} # harmless`,
  silent: (line) => `{ ${line}\n} 2>/dev/null`,
  spaces: (line) => `  ${line}  `,
  tabs: (line) => (isPlain(line) ? line.replaceAll(' ', '\t') : line),
  continued: (line) => (isPlain(line) ? line.replaceAll(' ', ' \\\n ') : line),
  timeout: (line) => (isPlain(line) ? `timeout 5 ${line}` : line),
  nice: (line) => (isPlain(line) ? `nice -n 5 ${line}` : line),
  nohup: (line) => (isPlain(line) ? `nohup ${line}` : line),
  stdbuf: (line) => (isPlain(line) ? `stdbuf -oL ${line}` : line),
  command: (line) => (isPlain(line) ? `command ${line}` : line),
  env: (line) => (isPlain(line) ? `env LC_ALL=C ${line}` : line),
  locale: (line) => (isPlain(line) ? `LC_ALL=C ${line}` : line),
  xargs: (line) => (isPlain(line) ? `xargs -r ${line} </dev/null` : line),
  xargsItem: (line) => (isPlain(line) ? `echo x | xargs -I%% ${line}` : line),
  bash: (line) => `bash -c ${quoted(line)}`,
  bashTwice: (line) => `bash -c ${quoted(`bash -c ${quoted(line)}`)}`,
  piped: (line) => `echo ${quoted(line)} | bash`,
  hereString: (line) => `bash <<< ${quoted(line)}`,
  encoded: (line) => `echo ${Buffer.from(line).toString('base64')} | base64 -d | bash`,
  eval: (line) => `eval ${quoted(line)}`,
  function: (line) => `f() { ${line}\n}; f`,
  case: (line) => `case x in x) ${line}\n;; esac`,
  background: (line) => `${line} & wait`,
  variableProgram: (line) => withFirst(line, (first, rest) => `c=${first}; $c ${rest}`),
  quotedVariable: (line) => withFirst(line, (first, rest) => `c=${first}; "$c" ${rest}`),
  defaulted: (line) => withFirst(line, (first, rest) => `\${none:-${first}} ${rest}`),
  braced: (line) => (/^[\w./=@+-]+(?: [\w./=@+-]+)+$/.test(line) ? `{${line.replaceAll(' ', ',')}}` : line),
  emptyBefore: (line) => withFirst(line, (first, rest) => `$(true) ${first} ${rest}`),
  ansi: (line) => withFirst(line, (first, rest) => `${ansi(first)} ${rest}`),
};

export const DRESS_NAMES = Object.keys(DRESSES);

/** Only these words can be wrapped or spelled otherwise without knowing what they mean. */
export function isPlain(line: string): boolean {
  return /^[\w ./:=@+,-]+$/.test(line);
}

/** The same words, each spelled in another way. */
export function respellLine(line: string, numbers: () => number): string {
  return line
    .split(' ')
    .map((word) => respell(word, numbers()))
    .join(' ');
}

/**
 * A line with one letter of its first word that only looks the same. Further on it would name another file, which is
 * another file.
 */
export function lookAlike(line: string, number: number): string {
  const first = /^\S*/.exec(line)?.[0] ?? '';
  const places = [...first].flatMap((char, i) => (char in CYRILLIC ? [i] : []));
  const place = places[number % Math.max(1, places.length)];
  if (place === undefined) return line;
  return `${line.slice(0, place)}${CYRILLIC[line[place] ?? ''] ?? ''}${line.slice(place + 1)}`;
}

const CYRILLIC: Record<string, string> = { a: 'а', c: 'с', e: 'е', o: 'о', p: 'р', x: 'х', y: 'у', '-': '‐' };

function respell(word: string, choice: number): string {
  const middle = Math.floor(word.length / 2);
  switch (choice % 7) {
    case 0:
      return `'${word}'`;
    case 1:
      return `"${word}"`;
    case 2:
      return `${word.slice(0, middle)}''${word.slice(middle)}`;
    case 3:
      return /^\w/.test(word.slice(middle)) ? `${word.slice(0, middle)}\\${word.slice(middle)}` : word;
    case 4:
      return `${word.slice(0, middle)}"${word.slice(middle)}"`;
    case 5:
      return ansi(word);
    default:
      return `${word.slice(0, middle)}\\\n${word.slice(middle)}`;
  }
}

function ansi(word: string): string {
  return `$'${[...word].map((c) => `\\x${c.charCodeAt(0).toString(16).padStart(2, '0')}`).join('')}'`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function withFirst(line: string, dress: (first: string, rest: string) => string): string {
  const found = isPlain(line) ? /^([\w./-]+) (.+)$/.exec(line) : null;
  return found === null ? line : dress(found[1] ?? '', found[2] ?? '');
}
