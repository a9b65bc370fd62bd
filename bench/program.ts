import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Dialect } from '../test/wire/index.ts';

const ROOT = join(import.meta.dirname, '..');

/** What the README runs. */
export const STEWARD = join(ROOT, 'bin/steward');
/** What the launcher runs it with, without its help. */
export const NODE = process.execPath;

export function floor(name: 'fetch-once' | 'agent-loop'): string {
  return join(ROOT, `bench/floors/${name}.mjs`);
}

/** An empty home with an empty working folder: default settings. */
export function makeHome(folder: string): { home: string; cwd: string } {
  const home = join(folder, 'home');
  const cwd = join(folder, 'work');
  for (const path of [home, cwd]) mkdirSync(path, { recursive: true });
  return { home, cwd };
}

/** The environment and the flags with which steward asks the loopback server of a dialect. */
export function target(
  dialect: Dialect,
  url: string,
  home: string,
): { env: Record<string, string>; flags: string[] } {
  const env = { PATH: process.env.PATH ?? '', HOME: home };
  switch (dialect) {
    case 'anthropic':
      return { env: { ...env, ANTHROPIC_API_KEY: 'sk-ant-bench-000', ANTHROPIC_BASE_URL: url }, flags: [] };
    case 'ollama':
      return { env: { ...env, OLLAMA_HOST: url }, flags: ['--model', 'ollama/scripted'] };
    case 'openai': {
      const settings = { providers: { bench: { kind: 'openai-compatible', base_url: `${url}/v1` } } };
      return { env, flags: ['--settings', JSON.stringify(settings), '--model', 'bench/scripted'] };
    }
  }
}
