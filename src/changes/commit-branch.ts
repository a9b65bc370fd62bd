import { createHash } from 'node:crypto';
import { dirname, relative } from 'node:path';
import type { Action } from '../protocol/action.ts';
import type { Change } from '../protocol/change.ts';
import type { Judgement } from '../protocol/verdict.ts';
import type { Looked } from './expectations.ts';
import type { FutureFile } from './future-files.ts';
import type { Plan } from './plan.ts';
import type { ChangePorts } from './ports.ts';

const TIMEOUT_MS = 60_000;
const LIMIT_BYTES = 64 * 1024;

/**
 * A change that holds, as a commit on a branch of its own. What is checked out, the index and every other file stay as
 * they are; hooks do not run, and nothing is pushed. Refused where the commit would hold what somebody else has not
 * committed yet. Never rejects for what git does.
 */
export async function commitOnBranch({ planned, work }: Plan, ports: ChangePorts): Promise<Looked | null> {
  const wanted = planned.change.git;
  if (wanted === undefined) return null;
  const files = work.flatMap((target) => target.files);
  const first = files[0];
  if (first === undefined) return { ok: false, detail: 'no file was changed, so there is nothing to commit' };
  const place = await placeOf(`${planned.id}.git`, files, first, ports);
  if ('stops' in place) return { ok: false, detail: place.stops };
  const { top, paths } = place;
  const step = `${planned.id}.git`;
  const find = (time: string) => findOwn(`${step}.${time}`, wanted, files, paths, top, ports);
  const known = await find('own');
  if (known !== null) return { ok: true, detail: describeCommit(known, wanted, top) };
  const index = `${await ports.copyOf('commit/mark', '')}.index`;
  const made = await ask(`${step}.commit`, commitLine(wanted, paths, index), top, ports);
  // It may have failed after its last word.
  const commit = made.ok ? made.text : await find('after');
  return commit === null
    ? { ok: false, detail: made.text.split('\n').slice(-3).join('\n') }
    : { ok: true, detail: describeCommit(commit, wanted, top) };
}

/** Why there could be no commit of it as things stand; null: there could. Looks only. */
export async function whyNoCommit({ planned, work }: Plan, ports: ChangePorts): Promise<string | null> {
  const files = work.flatMap((target) => target.files);
  const [first] = files;
  if (first === undefined) return 'no file is changed';
  const place = await placeOf(`${planned.id}.git.look`, files, first, ports);
  return 'stops' in place ? place.stops : null;
}

/** The work tree, and the names of the files in it; nobody's unfinished work is in these. */
async function placeOf(
  step: string,
  files: readonly FutureFile[],
  first: FutureFile,
  ports: ChangePorts,
): Promise<{ top: string; paths: string[] } | { stops: string }> {
  const top = await ask(`${step}.top`, ['git', 'rev-parse', '--show-toplevel'], dirname(first.path), ports);
  if (!top.ok) return { stops: `${first.path} is in no git work tree` };
  const paths = files.map(({ path }) => relative(top.text, path));
  const outside = files.find((_, index) => paths[index]?.startsWith('../') === true);
  if (outside !== undefined) return { stops: `${outside.path} is not in ${top.text}` };
  const unmerged = await ask(`${step}.unmerged`, ['git', 'ls-files', '--unmerged'], top.text, ports);
  if (!unmerged.ok || unmerged.text !== '') {
    return { stops: `${top.text} has a merge that nobody has finished` };
  }
  for (const [index, file] of files.entries()) {
    const strange = await findStrange(`${step}.${index + 1}`, file, paths[index] ?? '', top.text, ports);
    if (strange !== null) return { stops: strange };
  }
  return { top: top.text, paths };
}

function describeCommit(commit: string, { branch }: NonNullable<Change['git']>, top: string): string {
  return `${commit.slice(0, 12)} on branch ${branch} of ${top}; it is not pushed`;
}

/** Whoever carried the change out may have been cut off right behind its commit: it is not made twice. */
async function findOwn(
  step: string,
  { branch, message }: NonNullable<Change['git']>,
  files: readonly FutureFile[],
  paths: readonly string[],
  top: string,
  ports: ChangePorts,
): Promise<string | null> {
  const ref = `refs/heads/${branch}`;
  const git = (name: string, ...words: string[]) => ask(`${step}.${name}`, ['git', ...words], top, ports);
  const tip = await git('tip', 'rev-parse', '--quiet', '--verify', ref);
  const head = tip.ok ? await git('head', 'rev-parse', 'HEAD') : tip;
  const parent = head.ok ? await git('parent', 'rev-parse', '--quiet', '--verify', `${ref}^`) : head;
  if (!parent.ok || parent.text !== head.text) return null;
  const said = await git('message', 'log', '-1', '--format=%B', ref);
  if (said.text !== message.trim()) return null;
  for (const [index, { after }] of files.entries()) {
    const blob = await git(`blob${index + 1}`, 'rev-parse', '--quiet', '--verify', `${ref}:${paths[index]}`);
    if (blob.text !== createHash('sha1').update(blobOf(after)).digest('hex')) return null;
  }
  return tip.text;
}

/** What stood in the file before has to be what was committed: else somebody's unfinished work would be in the commit. */
async function findStrange(
  step: string,
  { path, before }: FutureFile,
  name: string,
  top: string,
  ports: ChangePorts,
): Promise<string | null> {
  const blob = await ask(step, ['git', 'rev-parse', '--quiet', '--verify', `HEAD:${name}`], top, ports);
  const own = before === null ? null : createHash('sha1').update(blobOf(before)).digest('hex');
  if ((blob.ok ? blob.text : null) === own) return null;
  return `${path} had changes that nobody has committed: commit them first, then this one by hand`;
}

/** As git names content. */
function blobOf(text: string): string {
  return `blob ${Buffer.byteLength(text)}\0${text}`;
}

/** With an index of its own, so that nobody else's is touched; the branch must not be there yet. */
function commitLine(
  { branch, message }: NonNullable<Change['git']>,
  paths: readonly string[],
  index: string,
): string {
  const own = `GIT_INDEX_FILE=${quote(index)}`;
  const zero = '0'.repeat(40);
  return [
    `${own} git read-tree HEAD`,
    `${own} git update-index --add -- ${paths.map(quote).join(' ')}`,
    `tree="$(${own} git write-tree)"`,
    `commit="$(git commit-tree "$tree" -p HEAD -m ${quote(message)})"`,
    `git update-ref ${quote(`refs/heads/${branch}`)} "$commit" ${zero}`,
    'echo "$commit"',
  ].join(' && ');
}

/** As policy sees what will be run once the change holds, so that it is granted with the rest; the reason is for people. */
export async function judgeCommit({ git }: Change, { judge, cwd }: ChangePorts): Promise<Judgement | null> {
  if (git === undefined) return null;
  const judged = await judge({ kind: 'shell', line: commitLine(git, ['file'], '/tmp/index'), cwd });
  const reason = `its files become a commit on the new branch ${git.branch}, which is not pushed`;
  return judged.verdict === 'deny' ? judged : { ...judged, reason };
}

function quote(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}

async function ask(
  id: string,
  command: readonly string[] | string,
  cwd: string,
  ports: ChangePorts,
): Promise<{ ok: boolean; text: string }> {
  const action: Action =
    typeof command === 'string'
      ? { kind: 'shell', line: command, cwd }
      : { kind: 'process', argv: command, cwd };
  const admission = await ports.gate.perform({ id, origin: ports.origin, action }, async (permit) => {
    const options = { timeoutMs: TIMEOUT_MS, limitBytes: LIMIT_BYTES, signal: ports.signal, merge: true };
    const value = await ports.processes.run(permit, options);
    return { value, trace: { ok: value.exitCode === 0, summary: `exit ${value.exitCode ?? value.signal}` } };
  });
  if (admission.kind === 'refused') return { ok: false, text: admission.reason };
  const { exitCode, stdout, startError } = admission.value;
  return { ok: exitCode === 0, text: startError ?? stdout.text.trim() };
}
