import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import type { NtfyMessage } from '../wire/ntfy-server.ts';
import { until } from './host.ts';
import type { Lab } from './lab.ts';

/** The ntfy server of the tests inside a lab, whose loopback is not the host's. */
export interface LabNtfy {
  /** `http://127.0.0.1:PORT/TOPIC`. */
  address: string;
  token: string;
  messages(): NtfyMessage[];
}

const PROGRAM = `
import { renameSync, writeFileSync } from 'node:fs';
import { startNtfyServer } from './ntfy-server.ts';
const [, , file] = process.argv;
const server = await startNtfyServer();
setInterval(() => {
  const { url, topic, token, messages } = server;
  writeFileSync(file + '.new', JSON.stringify({ address: url + '/' + topic, token, messages }));
  renameSync(file + '.new', file);
}, 100);
`;

export async function startLabNtfy(lab: Lab): Promise<LabNtfy> {
  const stdin = {
    contents: PROGRAM,
    resolveDir: join(import.meta.dirname, '../wire'),
    loader: 'ts' as const,
  };
  const outfile = join(lab.share, 'ntfy.mjs');
  await build({ stdin, outfile, bundle: true, platform: 'node', format: 'esm' });
  const state = join(lab.share, 'ntfy.json');
  const node = '/opt/steward/node_modules/.bin/node';
  const unit = ['--quiet', '--collect', '--unit=ntfy-of-the-tests'];
  await lab.must(['systemd-run', ...unit, node, '/opt/share/ntfy.mjs', '/opt/share/ntfy.json']);
  const read = () =>
    JSON.parse(readFileSync(state, 'utf8')) as { address: string; token: string; messages: NtfyMessage[] };
  const { address, token } = await until('ntfy listens', async () =>
    existsSync(state) ? read() : undefined,
  );
  return { address, token, messages: () => read().messages };
}
