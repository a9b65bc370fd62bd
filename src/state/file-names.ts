/** In the state store. */
export const STATE_NAME = 'state/state.json';
export const DIGEST_NAME = 'state/state.json.sha256';
export const INDEX_NAME = 'state/history.json';
export const BODIES = 'state/history';
export const LOCK = 'state/state.json';

export function bodyName(content: string): string {
  return `${BODIES}/${content}.json`;
}

/** As sha256sum(1) prints it, so that `sha256sum -c` checks it. */
export function digestLine(digest: string): string {
  return `${digest}  state.json\n`;
}

export function readDigestLine(text: string | undefined): string | null {
  return /^[\da-f]{64}/.exec(text ?? '')?.[0] ?? null;
}
