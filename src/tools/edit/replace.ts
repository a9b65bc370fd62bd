export type Replaced = { ok: true; text: string; count: number } | { ok: false; problem: string };

/** Exact replacement. In a file with CRLF line ends, both strings are taken to mean these, as Read shows none. */
export function replaceText(text: string, from: string, to: string, isAll: boolean): Replaced {
  const isCrlf = text.includes('\r\n') && !/(?<!\r)\n/.test(text);
  const attempts = isCrlf ? [toCrlf] : [asIs, toCrlf];
  for (const convert of attempts) {
    const wanted = convert(from);
    const put = convert(to);
    if (wanted === put) return { ok: false, problem: 'old_string and new_string are the same' };
    const parts = text.split(wanted);
    const count = parts.length - 1;
    if (count === 0) continue;
    if (count > 1 && !isAll) {
      return {
        ok: false,
        problem: `old_string occurs ${count} times (lines ${linesOf(text, wanted)}); add text around it until it is unique, or set replace_all`,
      };
    }
    return { ok: true, text: parts.join(put), count };
  }
  return {
    ok: false,
    problem: 'old_string does not occur in it; copy it from the file, without line numbers',
  };
}

function asIs(text: string): string {
  return text;
}

function toCrlf(text: string): string {
  return text.replace(/\r?\n/g, '\r\n');
}

/** Line numbers of the first few places. */
function linesOf(text: string, wanted: string): string {
  const numbers: number[] = [];
  for (
    let at = text.indexOf(wanted);
    at >= 0 && numbers.length < 6;
    at = text.indexOf(wanted, at + wanted.length)
  ) {
    numbers.push(text.slice(0, at).split('\n').length);
  }
  return numbers.join(', ');
}
