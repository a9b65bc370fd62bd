/** What a program's own help says of an option's value. */
export type HelpArity = 'none' | 'required' | 'optional';

/**
 * Options of a help text, each with what it takes. Help is written for people: where a line cannot be understood it is left
 * out, and where two lines disagree the option is left out too.
 */
export function readHelp(text: string): Map<string, HelpArity> {
  const found = new Map<string, HelpArity | 'unclear'>();
  for (const line of text.split('\n')) {
    const head = headOf(line);
    if (head === undefined) continue;
    for (const [name, arity] of optionsOf(head)) {
      const before = found.get(name);
      found.set(name, before === undefined || before === arity ? arity : 'unclear');
    }
  }
  return new Map([...found].filter((entry): entry is [string, HelpArity] => entry[1] !== 'unclear'));
}

/** Every option that the text mentions anywhere. */
export function mentionedOptions(text: string): Set<string> {
  return new Set(text.match(/(?<![\w-])--?[A-Za-z0-9?#][\w.-]*/g) ?? []);
}

/** The options of a line, without what is said about them: two blanks or a tab begin that. */
function headOf(line: string): string | undefined {
  const trimmed = /^\s{0,12}(-.*)$/.exec(line.replaceAll('\t', '  '))?.[1];
  if (trimmed === undefined) return undefined;
  // "-u --unit=UNIT", "-a, --all": one blank between names, more before the description.
  const head = /^((?:.(?!\s{2,}[^-\s<[]))*.?)/.exec(trimmed)?.[1] ?? trimmed;
  return head.replaceAll(/\s{2,}/g, ' ');
}

/** kubectl writes defaults: `--watch=false:` is a flag, `--types=[]:` takes a list. */
const DEFAULT = /^=(true|false|.*?):$/;
const VALUE =
  /^(?:(\[=?[^\]]*\]|=\[[^\]]*\](?=[\s,]|$))|=\S+| ?<[^>]*>\S*| [A-Z][A-Z0-9_:|.-]*(?![a-z])| \[[^\]]*\]| [a-z]\w*(?: [a-z]\w*)?(?=,|$))/;

function optionsOf(head: string): [string, HelpArity][] {
  const names: string[] = [];
  let arity: HelpArity = 'none';
  let rest = head.replaceAll('--[no-]', '--');
  for (;;) {
    const name = /^(--?[A-Za-z0-9?#][\w.-]*)/.exec(rest)?.[1];
    if (name === undefined) break;
    names.push(name);
    rest = rest.slice(name.length);
    const preset = DEFAULT.exec(rest.trim());
    if (preset !== null)
      return [
        ...names.map((one): [string, HelpArity] => [
          one,
          /^(?:true|false)$/.test(preset[1] ?? '') ? 'none' : 'required',
        ]),
      ];
    const value = VALUE.exec(rest);
    if (value !== null) {
      const isOptional = value[1] !== undefined || /^ ?\[/.test(value[0]);
      if (arity === 'none' || isOptional) arity = isOptional ? 'optional' : 'required';
      rest = rest.slice(value[0].length);
    }
    const next = /^(?:\s*[,|/]\s*|\s+)(?=-)/.exec(rest);
    if (next === null) break;
    rest = rest.slice(next[0].length);
  }
  return names.map((name) => [name, arity]);
}
