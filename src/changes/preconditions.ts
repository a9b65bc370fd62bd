import { dirname } from 'node:path';
import { sha256 } from '../lib/digest.ts';
import type { Precondition } from '../protocol/change.ts';
import type { FutureFile } from './future-files.ts';
import { digestOf, flakesOf, readFlake } from './nix/flake-tree.ts';
import type { ChangePorts } from './ports.ts';
import type { JudgedStep } from './way-back.ts';

const TIMEOUT_MS = 20_000;
const LIMIT_BYTES = 1024 * 1024;

/** What the plan rests on, as it is now. `step` begins the ids of the looks in the log. */
export async function gatherPreconditions(
  step: string,
  steps: readonly JudgedStep[],
  files: readonly FutureFile[],
  ports: ChangePorts,
): Promise<Precondition[]> {
  const found: Precondition[] = files.map(({ path, before }) => ({
    kind: 'file',
    name: path,
    value: before === null ? null : sha256(before),
  }));
  const seen = new Set<string>();
  let looks = 0;
  const look = async (
    argv: string[],
    cwd: string,
  ): Promise<{ exit: number | null; output: string } | null> => {
    looks += 1;
    return ask(`${step}.pre${looks}`, argv, cwd, ports);
  };
  for (const file of files) {
    const facts = await ports.files.facts(dirname(file.path));
    if (facts?.isInGitWorkTree !== true || seen.has(dirname(file.path))) continue;
    seen.add(dirname(file.path));
    const head = await look(['git', 'rev-parse', 'HEAD'], dirname(file.path));
    if (head?.exit === 0) {
      found.push({ kind: 'git-commit', name: dirname(file.path), value: head.output.trim() });
    }
  }
  for (const [folder, own] of await flakesOf(files, ports)) {
    const tree = folder === null ? null : await readFlake(`${step}.flake${found.length}`, folder, ports);
    if (folder === null || tree === null || 'problem' in tree) continue;
    found.push({ kind: 'flake-source', name: folder, value: digestOf(tree, own) });
  }
  for (const { judgement, typed } of steps) {
    // A typed call says itself what it rests on.
    if (typed !== null) continue;
    for (const words of judgement.commands ?? []) {
      const wanted = indexOf(words);
      if (wanted === null || seen.has(wanted.name)) continue;
      seen.add(wanted.name);
      const answer = await look(wanted.argv, ports.cwd);
      if (answer !== null) {
        found.push({ kind: wanted.kind, name: wanted.name, value: wanted.read(answer) });
      }
    }
  }
  return found;
}

interface Index {
  kind: 'nomad-index' | 'consul-index' | 'resource-version';
  name: string;
  argv: string[];
  read(answer: { exit: number | null; output: string }): string | null;
}

/** The counter that a cluster itself keeps for what a command is about to change. */
function indexOf(words: readonly string[]): Index | null {
  const operands = words.slice(1).filter((word) => !word.startsWith('-'));
  const [group, verb, name] = operands;
  if (
    words[0] === 'consul' &&
    group === 'kv' &&
    (verb === 'put' || verb === 'delete') &&
    name !== undefined
  ) {
    return {
      kind: 'consul-index',
      name: `key ${name}`,
      argv: ['consul', 'kv', 'get', '-detailed', name],
      read: ({ exit, output }) => (exit === 0 ? (/^ModifyIndex\s+(\d+)/m.exec(output)?.[1] ?? null) : null),
    };
  }
  if (words[0] === 'nomad' && group === 'job' && name !== undefined && JOB_VERBS.has(verb ?? '')) {
    return {
      kind: 'nomad-index',
      name: `job ${name}`,
      argv: ['nomad', 'job', 'inspect', '-json', name],
      read: ({ exit, output }) =>
        exit === 0 ? (/"JobModifyIndex":\s*(\d+)/.exec(output)?.[1] ?? null) : null,
    };
  }
  return null;
}

const JOB_VERBS = new Set(['stop', 'revert', 'restart', 'scale', 'promote', 'start']);

async function ask(
  id: string,
  argv: string[],
  cwd: string,
  ports: ChangePorts,
): Promise<{ exit: number | null; output: string } | null> {
  if (ports.processes.find(argv[0] ?? '') === undefined) return null;
  const action = { kind: 'process' as const, argv, cwd };
  const admission = await ports.gate.perform({ id, origin: ports.origin, action }, async (permit) => {
    const options = { timeoutMs: TIMEOUT_MS, limitBytes: LIMIT_BYTES, signal: ports.signal };
    const value = await ports.processes.run(permit, options);
    return { value, trace: { ok: value.exitCode === 0, summary: `exit ${value.exitCode ?? value.signal}` } };
  });
  if (admission.kind === 'refused') return null;
  return { exit: admission.value.exitCode, output: admission.value.stdout.text };
}
