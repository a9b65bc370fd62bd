import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createServer as createTcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { openWorld, type World } from '../../../src/app/world.ts';

export interface WorldBox {
  home: string;
  /** Into ~/.config/steward; gives the path. */
  configure(name: string, text: string): string;
  open(env?: Record<string, string>): Promise<World>;
}

/** A home of its own, removed with the test. */
export function openBox(): WorldBox {
  const home = mkdtempSync(join(tmpdir(), 'steward-knows-'));
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  mkdirSync(join(home, '.config/steward'), { recursive: true });
  return {
    home,
    configure(name, text) {
      const path = join(home, '.config/steward', name);
      mkdirSync(join(path, '..'), { recursive: true });
      writeFileSync(path, text);
      return path;
    },
    open: (env = {}) =>
      openWorld({
        env: { HOME: home, PATH: process.env.PATH ?? '', TZ: 'UTC', ...env },
        cwd: home,
        settings: null,
        flagValues: {},
        flagNames: {},
        isPersistent: true,
      }),
  };
}

/** A server on loopback that ends with the test; gives its address. */
export async function serveHttp(answer: RequestListener): Promise<string> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Takes connections and says nothing; gives the port. */
export async function serveSilence(): Promise<number> {
  const sockets = new Set<{ destroy(): void }>();
  const server = createTcpServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}
