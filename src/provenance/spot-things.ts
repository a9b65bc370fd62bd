/** Something that a word seems to name in the world, by its looks: where no spec says what it names. */
export interface SpottedThing {
  kind: 'unit' | 'path' | 'address' | 'name';
  /** As it stands in the command, without the option whose value it is. */
  word: string;
  /** As it is looked up: units with their suffix, addresses without port. */
  name: string;
}

const UNIT_SUFFIX = /\.(service|socket|timer|mount|automount|path|target|slice|scope|device|swap)$/;
const UNIT_PROGRAMS = new Set(['systemctl', 'journalctl', 'systemd-analyze', 'systemd-cgls']);
/** Options of these programs whose value is a unit. */
const UNIT_OPTIONS = new Set(['-u', '--unit', '--user-unit']);
const ADDRESS = /^(\d{1,3}(?:\.\d{1,3}){3}|\[?[\da-fA-F]*:[\da-fA-F:]+\]?)(?::\d+)?(?:\/\d+)?$/;
/** Shorter words say too little to look for. */
const SHORTEST_NAME = 3;

/** The things one simple command seems to name. Words with white space are prose (a commit message, a pattern), not names. */
export function spotThings(argv: readonly string[]): SpottedThing[] {
  const program = (argv[0] ?? '').split('/').at(-1) ?? '';
  return isUnitProgram(program) ? unitsOf(program, argv) : argv.slice(1).flatMap(thingOf);
}

function isUnitProgram(program: string): boolean {
  return UNIT_PROGRAMS.has(program);
}

/** `systemctl VERB UNIT…`, `journalctl -u UNIT`: operands of systemctl after its verb, values of unit options. */
function unitsOf(program: string, argv: readonly string[]): SpottedThing[] {
  const things: SpottedThing[] = [];
  let isAfterVerb = false;
  for (let index = 1; index < argv.length; index += 1) {
    const word = argv[index] ?? '';
    const [option = '', attached] = word.startsWith('--')
      ? word.split('=', 2)
      : [word.slice(0, 2), word.slice(2)];
    if (word.startsWith('-')) {
      if (!UNIT_OPTIONS.has(option)) continue;
      const value = attached === undefined || attached === '' ? argv[++index] : attached;
      if (value !== undefined) things.push(unit(value));
    } else if (program === 'systemctl' && !isAfterVerb) {
      isAfterVerb = true;
    } else if (program === 'systemctl' || UNIT_SUFFIX.test(word)) {
      things.push(unit(word));
    }
  }
  return things;
}

function unit(word: string): SpottedThing {
  return { kind: 'unit', word, name: UNIT_SUFFIX.test(word) ? word : `${word}.service` };
}

function thingOf(word: string): SpottedThing[] {
  const value = namedBy(word);
  if (value.startsWith('-') || /\s/.test(value) || value.length < SHORTEST_NAME) return [];
  const address = ADDRESS.exec(value)?.[1];
  if (address !== undefined) return [{ kind: 'address', word: value, name: address.replace(/^\[|\]$/g, '') }];
  const host = /^[a-z][a-z\d+.-]*:\/\/(?:[^@/]*@)?(\[[^\]]+\]|[^/:?#]+)/.exec(value)?.[1];
  if (host !== undefined) return [{ kind: 'address', word: value, name: host }];
  if (/^[~.]{0,2}\//.test(value)) return [{ kind: 'path', word: value, name: value }];
  if (UNIT_SUFFIX.test(value)) return [unit(value)];
  return [{ kind: 'name', word: value, name: value }];
}

/** `--output=X`, `of=X` and `-o/X` name X. */
function namedBy(word: string): string {
  const attached = /^-[A-Za-z]([~.]{0,2}\/.*)$/.exec(word)?.[1];
  return attached ?? /^-{0,2}\w[\w-]*=(.*)$/.exec(word)?.[1] ?? word;
}
