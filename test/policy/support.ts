import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import {
  bookOf,
  compileSpecs,
  createPolicy,
  type Policy,
  parsePermissionRule,
} from '../../src/policy/index.ts';
import type { PermissionMode } from '../../src/protocol/effect.ts';

const folder = fileURLToPath(new URL('../../src/policy/specs/', import.meta.url));

export const shippedSpecs = await compileSpecs(
  readdirSync(folder)
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => ({ source: `specs/${name}`, text: readFileSync(`${folder}${name}`, 'utf8') })),
);

export const CWD = '/srv/infra';
export const HOME = '/home/operator';

export function shippedPolicy(
  options: {
    allow?: string[];
    ask?: string[];
    deny?: string[];
    mode?: PermissionMode;
    remoteHosts?: string[];
    environment?: Record<string, string>;
  } = {},
): Policy {
  const rules = (texts: string[] = []) => texts.map(parsePermissionRule);
  return createPolicy({
    specs: bookOf(shippedSpecs),
    rules: { allow: rules(options.allow), ask: rules(options.ask), deny: rules(options.deny) },
    mode: options.mode ?? 'default',
    home: HOME,
    cwd: CWD,
    stateLocation: '/var/lib/steward',
    declaredEndpoints: ['https://consul.lan:8501/v1'],
    remoteHosts: options.remoteHosts ?? [],
    environment: options.environment ?? {},
  });
}

export interface CorpusLine {
  id: string;
  cmd: string;
  expect: 'allow' | 'not-allow';
}

export function publicCorpus(): CorpusLine[] {
  const path = fileURLToPath(new URL('../fixtures/policy/commands-public.jsonl', import.meta.url));
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as CorpusLine);
}

/** Every line that must not be allowed, from the corpus and from the specs' own examples. */
export function refusedLines(): string[] {
  return [
    ...publicCorpus().flatMap((line) => (line.expect === 'not-allow' ? [line.cmd] : [])),
    ...shippedSpecs.flatMap((spec) => spec.notAllow),
  ];
}

export function allowedLines(): string[] {
  return [
    ...publicCorpus().flatMap((line) => (line.expect === 'allow' ? [line.cmd] : [])),
    ...shippedSpecs.flatMap((spec) => spec.allow),
  ];
}
