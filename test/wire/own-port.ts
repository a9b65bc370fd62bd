import { randomInt } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';

const given = new Set<number>();

/**
 * A free port of loopback for whoever has to know it before somebody listens there, or to find it free again: none of
 * those that the kernel gives to everybody who takes any. One of these that is let go of can be another's a moment later.
 */
export async function ownPort(): Promise<number> {
  const [low = 0, high = 0] = readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8')
    .trim()
    .split(/\s+/)
    .map(Number);
  // Clients of the web refuse to ask some; the last of these is 10080.
  const [from, to] = low > 22_000 ? [20_000, low] : [high + 1, 65_536];
  if (from >= to) throw new Error(`the kernel gives away every port: ${low} to ${high}`);
  for (;;) {
    const port = randomInt(from, to);
    if (given.has(port) || !(await isFree(port))) continue;
    given.add(port);
    return port;
  }
}

function isFree(port: number): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
