import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import type { Dialect, Step, WireRequest } from '../wire/index.ts';
import { until } from './host.ts';
import type { Lab } from './lab.ts';

/** A scripted model server inside a lab: its loopback is not the host's. */
export interface LabModel {
  dialect: Dialect;
  /** What a run is told with --model. */
  model: string;
  /** Settings that know it. */
  settings: string;
  requests(): WireRequest[];
  stop(): Promise<void>;
}

/** Each dialect as settings would name its server. The key is only needed by those that want one. */
const PROVIDERS: Record<Dialect, { kind: string; path: string; model: string }> = {
  anthropic: { kind: 'anthropic', path: '', model: 'claude-sonnet-5-5' },
  ollama: { kind: 'ollama', path: '', model: 'ollama/qwen3:8b' },
  openai: { kind: 'openai-compatible', path: '/v1', model: 'vllm/scripted' },
};

/** `name` is a unit's and a file's: one for each server of a lab. */
export async function startLabModel(
  lab: Lab,
  name: string,
  { dialect, script, more = '' }: { dialect: Dialect; script: Step[]; more?: string },
): Promise<LabModel> {
  const program = await bundleServer(lab);
  const file = (kind: string) => join(lab.share, `${name}.${kind}`);
  writeFileSync(file('script'), JSON.stringify(script));
  const inside = `/opt/share/${name}`;
  const unit = ['--quiet', '--collect', `--unit=${name}`, '-p', `StandardOutput=file:${inside}.port`];
  const node = '/opt/steward/node_modules/.bin/node';
  const flags = ['--dialect', dialect, '--script', `${inside}.script`, '--requests', `${inside}.requests`];
  await lab.must(['systemd-run', ...unit, node, program, ...flags]);
  const port = await until(`${name} listens`, async () => readLines(file('port'))[0]);
  const { kind, path, model } = PROVIDERS[dialect];
  const provider = dialect === 'openai' ? 'vllm' : dialect;
  return {
    dialect,
    model,
    settings: [
      `model: ${model}`,
      'providers:',
      `  ${provider}: { kind: ${kind}, base_url: 'http://127.0.0.1:${port}${path}'${more} }`,
      '',
    ].join('\n'),
    requests: () => readLines(file('requests')).map((line) => JSON.parse(line) as WireRequest),
    stop: async () => {
      await lab.must(['systemctl', 'stop', name]);
    },
  };
}

/** The text of everything that tools answered, as the model got to read it. */
export function toolResults(request: WireRequest | undefined): string[] {
  const messages = (request?.body.messages ?? []) as { role: string; content: unknown }[];
  return messages.flatMap(({ role, content }) => {
    if (role === 'tool') return [textOf(content)];
    if (!Array.isArray(content)) return [];
    return content.filter(({ type }) => type === 'tool_result').map((block) => textOf(block.content));
  });
}

/** Bytes of what is the same in every request: the system text and the tools. */
export function fixedBytes(request: WireRequest | undefined): number {
  const { system, tools, messages } = request?.body ?? {};
  const spoken = ((messages ?? []) as { role: string }[]).filter(({ role }) => role === 'system');
  return Buffer.byteLength(JSON.stringify([system ?? spoken, tools]));
}

function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  return Array.isArray(content) ? content.map(({ text }) => String(text)).join('\n') : '';
}

async function bundleServer(lab: Lab): Promise<string> {
  const outfile = join(lab.share, 'serve.mjs');
  if (!existsSync(outfile)) {
    const entry = join(import.meta.dirname, '../wire/serve.ts');
    await build({ entryPoints: [entry], outfile, bundle: true, platform: 'node', format: 'esm' });
  }
  return '/opt/share/serve.mjs';
}

function readLines(path: string): string[] {
  return existsSync(path) ? readFileSync(path, 'utf8').split('\n').slice(0, -1) : [];
}
