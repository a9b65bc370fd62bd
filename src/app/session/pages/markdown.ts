/** Pieces of Markdown that hold words from outside: a bar, a backtick or a line feed in them changes nothing around them. */

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(cell).join(' | ')} |`;
  return [line(head), `|${head.map(() => ' --- |').join('')}`, ...rows.map(line)].join('\n');
}

function cell(text: string): string {
  return text.replaceAll(/\s*\n\s*/g, ' ').replaceAll('|', '\\|');
}

/** Facts by name, one a line. */
export function facts(rows: readonly (readonly [string, string])[]): string {
  return rows.map(([name, text]) => `- **${name}** ${text.replaceAll(/\s*\n\s*/g, ' ')}`).join('\n');
}

/** Text as it is. */
export function block(text: string): string {
  const longest = Math.max(2, ...(text.match(/`+/g) ?? []).map(({ length }) => length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}\n${text.trimEnd()}\n${fence}`;
}

export function code(text: string): string {
  const plain = text.replaceAll(/\s*\n\s*/g, ' ');
  return plain.includes('`') ? `\`\` ${plain} \`\`` : `\`${plain}\``;
}

export function page(...parts: readonly (string | null)[]): string {
  return parts.filter((part) => part !== null && part !== '').join('\n\n');
}

/** `1.2k`, `35`, `2.1M` */
export function count(number: number): string {
  if (number >= 1_000_000) return `${(number / 1_000_000).toFixed(1)}M`;
  return number >= 1_000 ? `${(number / 1_000).toFixed(1)}k` : String(number);
}

export function dollars(usd: number | null): string {
  if (usd === null) return 'price unknown';
  return usd > 0 && usd < 0.01 ? `$${usd.toFixed(4)}` : `$${usd.toFixed(2)}`;
}

/** `2026-03-01 03:00` in the zone of this process: what the operator's own clock showed. */
export function localTime(at: number): string {
  const date = new Date(at);
  const two = (number: number): string => String(number).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${two(date.getHours())}:${two(date.getMinutes())}`;
}
