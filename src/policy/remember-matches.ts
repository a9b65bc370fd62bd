import type { SecretPaths } from './secret-paths.ts';

const MOST = 500;

/** One action is judged several times (for the paths it wants, beside others, for good), with the same paths each time. */
export function rememberMatches(secrets: SecretPaths): SecretPaths {
  return { ...secrets, matches: remember(secrets.matches), contains: remember(secrets.contains) };
}

type Question = (path: string, isPattern?: boolean) => boolean;

function remember(ask: Question): Question {
  const known = new Map<string, boolean>();
  return (path, isPattern = false) => {
    const key = isPattern ? `pattern ${path}` : path;
    let answer = known.get(key);
    if (answer === undefined) {
      answer = ask(path, isPattern);
      if (known.size >= MOST) known.clear();
      known.set(key, answer);
    }
    return answer;
  };
}
