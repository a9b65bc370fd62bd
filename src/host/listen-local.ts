import { chmodSync, rmSync } from 'node:fs';
import { OpsError } from '../lib/ops-error.ts';
import { type LineSocket, overSocket } from './line-socket.ts';
import { errorCode } from './state-errors.ts';

const MOST_CONNECTIONS = 32;

/**
 * Listens on a socket in a folder that is ours: what an earlier process left there is removed. Who may connect is what
 * `mode` says, and the folder's. Gives what ends it. OpsError `no-listen` where that cannot be had.
 */
export async function listenLocalSocket(
  path: string,
  mode: number,
  serve: (socket: LineSocket) => Promise<void>,
): Promise<() => Promise<void>> {
  const { createServer } = await import('node:net');
  rmSync(path, { force: true });
  const open = new Set<LineSocket>();
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (connection) => {
    const socket = overSocket(connection);
    open.add(socket);
    void serve(socket)
      .catch(() => socket.destroy())
      .finally(() => open.delete(socket));
  });
  server.maxConnections = MOST_CONNECTIONS;
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => {
      const why = errorCode(error) ?? error.message;
      reject(new OpsError('no-listen', 'usage', `cannot listen on ${path} (${why})`, { cause: error }));
    });
    server.listen(path, resolve);
  });
  chmodSync(path, mode);
  return () =>
    new Promise((resolve) => {
      server.close(() => resolve());
      for (const socket of open) socket.destroy();
    });
}
