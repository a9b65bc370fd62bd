import type { Client } from '../../app/client.ts';

const MOST_MS = 3000;

/**
 * What is to be said before the operator's own command runs; null for nothing. When it cannot be told, that is said:
 * the command is not refused, and does not run unseen.
 */
export async function weighOwn(client: Pick<Client, 'warnOfOwn'>, line: string): Promise<string | null> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve('what this would do was not found out in time'), MOST_MS);
  });
  try {
    return await Promise.race([client.warnOfOwn(line), late]);
  } catch (error) {
    return `what this would do cannot be told: ${error instanceof Error ? error.message : String(error)}`;
  } finally {
    clearTimeout(timer);
  }
}
