import { type CommandContext, checkKind } from '../kinds.ts';
import { allowed, asks, type Ruling } from '../ruling.ts';
import { type Arg, literalArg } from '../words.ts';

/** Tests and actions that only look, by the number of words they take. Paths are checked as names. */
const ALONE =
  '( ) ! , -not -a -and -o -or -depth -d -daystart -empty -executable -false -true -mount -xdev -noleaf -nouser -nogroup -readable -writable -warn -nowarn -print -print0 -prune -quit -ls -follow -ignore_readdir_race -noignore_readdir_race';
const WITH_TEXT =
  '-amin -atime -cmin -ctime -mmin -mtime -used -fstype -gid -group -ilname -iname -inum -ipath -iregex -iwholename -links -lname -name -path -perm -regex -regextype -size -type -uid -user -wholename -xtype -maxdepth -mindepth -printf -context';
const WITH_PLACE = '-newer -anewer -cnewer -samefile';

const WORDS: ReadonlyMap<string, 'none' | 'text' | 'place'> = new Map([
  ...ALONE.split(' ').map((name) => [name, 'none'] as const),
  ...WITH_TEXT.split(' ').map((name) => [name, 'text'] as const),
  ...WITH_PLACE.split(' ').map((name) => [name, 'place'] as const),
]);

/** `find` with starting points, tests and printing actions. Anything that runs, deletes or writes is refused. */
export function checkFind(args: readonly Arg[], context: CommandContext): Ruling {
  let at = 0;
  const next = (): Arg | undefined => args[at++];
  for (let arg = next(); arg !== undefined; arg = next()) {
    if (arg.kind === 'literal' && /^-[HLP]$|^-O[0-3]$/.test(arg.text)) continue;
    at--;
    break;
  }
  let isExpression = false;
  for (let arg = next(); arg !== undefined; arg = next()) {
    if (!isExpression && arg.kind !== 'literal') {
      if (arg.kind === 'dynamic' && (arg.isSplit || !/^[^-(),!]/.test(arg.text))) return unknownWord();
      const ruling = checkKind('place', arg, context);
      if (ruling !== undefined) return ruling;
      continue;
    }
    if (arg.kind !== 'literal') return unknownWord();
    if (!isExpression && !/^[-(),!]/.test(arg.text)) {
      const ruling = checkKind('place', arg, context);
      if (ruling !== undefined) return ruling;
      continue;
    }
    isExpression = true;
    const takes = WORDS.get(arg.text) ?? newerKind(arg.text);
    if (takes === undefined) {
      return asks(
        'unknown-option:find',
        `find with ${JSON.stringify(arg.text)} is not known to only look`,
        'disruptive',
      );
    }
    if (takes === 'none') continue;
    const value = next();
    if (value === undefined) return asks('syntax:find', `find's ${arg.text} lacks its value`);
    if (value.kind !== 'literal') return unknownWord();
    const ruling = takes === 'place' ? checkKind('place', literalArg(value.text), context) : undefined;
    if (ruling !== undefined) return ruling;
  }
  return allowed('spec:find');
}

function newerKind(name: string): 'text' | 'place' | undefined {
  if (/^-newer[aBcm]t$/.test(name)) return 'text';
  return /^-newer[aBcm][aBcm]$/.test(name) ? 'place' : undefined;
}

function unknownWord(): Ruling {
  return asks(
    'unknown-word:find',
    'find gets an unquoted pattern, or a word known only when it runs; quote the pattern',
  );
}
