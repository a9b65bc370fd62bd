/**
 * While `use` works, the terminal that steward was started in is another program's, which runs in our process group,
 * because only that may read from it: we read no keys, and Ctrl+C is the program's.
 */
export async function yieldTerminal<T>(use: () => Promise<T>): Promise<T> {
  const held = process.listeners('SIGINT');
  process.removeAllListeners('SIGINT');
  const ignore = (): void => {};
  process.on('SIGINT', ignore);
  const keys = keysOfTerminal();
  keys?.readStop();
  try {
    return await use();
  } finally {
    keys?.readStart();
    process.removeListener('SIGINT', ignore);
    for (const listener of held) process.on('SIGINT', listener as NodeJS.SignalsListener);
  }
}

/**
 * The handle behind our standard input, which Node does not stop by pausing where somebody listens, or listened, for
 * `readable`. The program has the same open terminal: it would miss the keys that we read. And what both were told is there
 * the program takes, and our read would then wait, and with it all of steward, for a key that nobody presses.
 */
function keysOfTerminal(): { readStart(): void; readStop(): void } | undefined {
  const { _handle: handle } = process.stdin as { _handle?: { readStart(): void; readStop(): void } | null };
  return process.stdin.isTTY ? (handle ?? undefined) : undefined;
}
