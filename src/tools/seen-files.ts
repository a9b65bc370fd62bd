/** What the model has read or written in this run: a file it has not seen as it is now, it may not change. */
export interface SeenFiles {
  remember(path: string, sha256: string): void;
  digestOf(path: string): string | undefined;
}

export function createSeenFiles(): SeenFiles {
  const digests = new Map<string, string>();
  return {
    remember: (path, sha256) => void digests.set(path, sha256),
    digestOf: (path) => digests.get(path),
  };
}
