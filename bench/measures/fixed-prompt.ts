import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startServer } from '../model-server.ts';
import { makeHome, STEWARD, target } from '../program.ts';
import { runChild } from '../run-child.ts';
import type { Row } from '../table.ts';

const LIMIT_BYTES = 12 * 1024;

const CASES = [
  { name: '`-p`', argv: ['-p', 'Say hello.'] },
  { name: 'health-check', argv: ['-p', 'Say hello.', '--goal', 'health-check'] },
  { name: 'incident', argv: ['-p', 'Say hello.', '--goal', 'incident'] },
];

/** System text and tools of the first request, in bytes as they are sent. */
export async function measureFixedPrompt(): Promise<Row[]> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-prompt-'));
  const server = await startServer(folder, 'anthropic', [{ text: 'Hello.' }]);
  try {
    const { home, cwd } = makeHome(folder);
    const { env } = target('anthropic', server.url, home);
    const rows: Row[] = [];
    for (const { name, argv } of CASES) {
      server.reset();
      const ran = await runChild([STEWARD, ...argv], { env, cwd });
      const [first] = server.requests();
      if (first === undefined) throw new Error(`${argv.join(' ')}: no request: ${ran.stderr}`);
      const system = Buffer.byteLength(first.systemText);
      const tools = Buffer.byteLength(JSON.stringify(first.body.tools ?? []));
      rows.push({
        what: `fixed prompt of the first request, ${name}`,
        figure: `${system + tools} B (system ${system}, ${first.toolNames.length} tools ${tools}; whole body ${first.bodyBytes})`,
        floor: '',
        ratio: null,
        target: '≤ 12 KiB',
        isMet: system + tools <= LIMIT_BYTES,
      });
    }
    return rows;
  } finally {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}
