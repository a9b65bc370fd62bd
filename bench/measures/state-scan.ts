import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { scanState } from '../../src/app/state/scan-state.ts';
import { openWorld } from '../../src/app/world.ts';
import type { Row } from '../table.ts';

/** 90 clusters that answer at once and 10 that never do, from the inventory to the file on disk. In process. */
export async function measureStateScan(): Promise<Row[]> {
  const home = mkdtempSync(join(tmpdir(), 'steward-bench-scan-'));
  const server = createServer((request, response) => {
    if (!request.url?.startsWith('/slow')) response.end(request.url?.endsWith('/services') ? '{}' : '[]');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  try {
    mkdirSync(join(home, '.config/steward'), { recursive: true });
    const names = Array.from({ length: 100 }, (_, index) =>
      index % 10 === 0 ? `slow${index}` : `fast${index}`,
    );
    const rows = names.map((name) => `  ${name}: { kind: consul, url: "${url}/${name}" }`);
    writeFileSync(join(home, '.config/steward/inventory.yaml'), `sources:\n${rows.join('\n')}\n`);
    const world = await openWorld({
      env: { HOME: home, PATH: process.env.PATH ?? '' },
      cwd: home,
      settings: null,
      flagValues: {},
      flagNames: {},
      isPersistent: true,
    });
    const start = performance.now();
    const { state } = await scanState(world, names, new AbortController().signal);
    const seconds = (performance.now() - start) / 1000;
    const silent = state.sources.filter(({ problem }) => problem !== null).length;
    return [
      {
        what: 'a scan of 100 targets, 10 of which never answer',
        figure: `${seconds.toFixed(1)} s, ${silent} without an answer`,
        floor: '',
        ratio: null,
        target: '≤ 5 s',
        isMet: seconds <= 5 && silent === 10,
      },
    ];
  } finally {
    server.closeAllConnections();
    server.close();
    rmSync(home, { recursive: true, force: true });
  }
}
