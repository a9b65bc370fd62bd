import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { onTestFinished } from 'vitest';

interface Alert {
  fingerprint: string;
  startsAt: string;
  status: string;
}

/** A line between a sender and steward, on which answers are lost, late and wrong. */
export interface BadLine {
  url: string;
  /** Where steward is now; null while it is not. */
  target: string | null;
  /** Deliveries that came, and what steward said yes to. */
  came: number;
  yes: { groupKey: string; alerts: Alert[] }[];
  /** How often each fault was made. */
  faults: Record<string, number>;
  /** No more faults. */
  isGood: boolean;
}

const SLOW_MS = 2_000;

/** `random`: from 0 up to 1. */
export async function startBadLine(random: () => number): Promise<BadLine> {
  const server = createServer((request, response) => void pass(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const line: BadLine = {
    url: `http://127.0.0.1:${port}`,
    target: null,
    came: 0,
    yes: [],
    faults: {},
    isGood: false,
  };
  const note = (fault: string): void => {
    line.faults[fault] = (line.faults[fault] ?? 0) + 1;
  };

  async function pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString('utf8');
    line.came += 1;
    const dice = line.isGood ? 1 : random();
    const answer = (status: number): void => {
      response.writeHead(status).end();
    };
    if (dice < 0.08) {
      note('5xx before');
      return answer(500);
    }
    const status = await forward(request.url ?? '', body);
    if (dice < 0.12) {
      note('5xx after');
      return answer(502);
    }
    if (dice < 0.15) {
      note('dropped after');
      return void request.socket.destroy();
    }
    if (dice < 0.18) {
      note('slow');
      await new Promise((resolve) => setTimeout(resolve, SLOW_MS));
    }
    answer(status);
  }

  async function forward(path: string, body: string): Promise<number> {
    if (line.target === null) return 503;
    try {
      const { status } = await fetch(line.target + path, { method: 'POST', body });
      if (status === 202) line.yes.push(JSON.parse(body) as BadLine['yes'][number]);
      else note(`steward said ${status}`);
      return status;
    } catch {
      note('steward was gone');
      return 502;
    }
  }
  return line;
}
