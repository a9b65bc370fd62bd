import type { SecretPaths } from './secret-paths.ts';

const MOST = 500;

/** One action is judged several times (for the paths it wants, beside others, for good), with the same paths each time. */
export function rememberMatches(secrets: SecretPaths): SecretPaths {
  const known = new Map<string, boolean>();
  return {
    ...secrets,
    matches(path, isPattern = false) {
      const key = `${isPattern ? 'pattern' : 'path'} ${path}`;
      let answer = known.get(key);
      if (answer === undefined) {
        answer = secrets.matches(path, isPattern);
        if (known.size >= MOST) known.clear();
        known.set(key, answer);
      }
      return answer;
    },
  };
}
