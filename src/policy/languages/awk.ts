/**
 * An awk program that only computes and prints: what is wrong with it, or undefined. It may not run programs, open
 * files by itself, see the environment, or load code.
 */
export function checkAwk(program: string): string | undefined {
  // Searched in the whole text, strings included: a tokenizer that is one quote off must not hide them.
  const word = /\b(?:system|getline|ENVIRON|ARGV|ARGC|PROCINFO|SYMTAB|FUNCTAB|close|extension)\b|@|\\\n/.exec(
    program,
  );
  if (word !== null) return `awk's ${JSON.stringify(word[0])} can reach beyond its input`;
  return scan(program) ? undefined : 'this awk program is not known to only print (no redirections or pipes)';
}

const BEFORE_PATTERN =
  /(?:^|[\n;{}(,!~&|=<>?:+\-*%^]|\b(?:print|printf|return|in|else|do|case|exit|and|or|not))$/;

/**
 * Walks over the tokens; false at a pipe, at an output redirection, or where a slash could be read in two ways.
 * `>` is a redirection only after print or printf in the same statement; elsewhere it compares.
 */
function scan(program: string): boolean {
  let statement = '';
  for (let i = 0; i < program.length; i++) {
    const c = program[i] ?? '';
    if (c === '"') {
      const end = stringEnd(program, i);
      if (end === -1) return false;
      statement += 'S';
      i = end;
    } else if (c === '#') {
      const end = program.indexOf('\n', i);
      i = end === -1 ? program.length : end - 1;
    } else if (c === '/') {
      const before = statement.trimEnd();
      if (/(?:\)|\+\+|--|\blength)$/.test(before)) return false;
      if (before === '' || BEFORE_PATTERN.test(before)) {
        const end = patternEnd(program, i);
        if (end === -1) return false;
        statement += 'R';
        i = end;
      } else statement += c;
    } else if (c === '|') {
      if (program[i + 1] !== '|') return false;
      statement += '||';
      i++;
      if (program[i + 1] === '|' || program[i + 1] === '&') return false;
    } else if (c === '>') {
      if (/\bprintf?\b/.test(statement) || statement.trim() === '') return false;
      statement += c;
    } else if (/[;{}]/.test(c) || (c === '\n' && !/[,&|]\s*$/.test(statement))) {
      statement = '';
    } else statement += c;
  }
  return true;
}

function stringEnd(program: string, start: number): number {
  for (let i = start + 1; i < program.length; i++) {
    const c = program[i];
    if (c === '\\') i++;
    else if (c === '\n') return -1;
    else if (c === '"') return i;
  }
  return -1;
}

/** A pattern with a quote in it, or a slash within brackets, could be read in two ways: refused. */
function patternEnd(program: string, start: number): number {
  let isBracket = false;
  for (let i = start + 1; i < program.length; i++) {
    const c = program[i];
    if (c === '\\') {
      i++;
      if (program[i] === '"') return -1;
    } else if (c === '\n' || c === '"') return -1;
    else if (c === '[') isBracket = true;
    else if (c === ']') isBracket = false;
    else if (c === '/') return isBracket ? -1 : i;
  }
  return -1;
}
