import { join } from 'node:path';
import { nearestFew } from '../../lib/nearest.ts';
import type { FileCheck } from '../file-check.ts';
import type { FutureFile } from '../future-files.ts';
import type { ChangePorts } from '../ports.ts';
import { copyFlake, type FlakeTree, flakesOf, readFlake, type TreePorts } from './flake-tree.ts';
import { lookUpOf, readLookUp } from './look-up.ts';
import {
  type Answer,
  askNix,
  dryRunArgv,
  evalArgv,
  lastError,
  PROBE_FLAKE,
  PROBED_PATH,
} from './nix-command.ts';
import { inputsText, newOptionPaths } from './option-paths.ts';
import { pinInputs } from './pin-inputs.ts';

export type FlakeCheckPorts = TreePorts & Pick<ChangePorts, 'hostname' | 'clock'>;

/** Systems of one flake that are evaluated; the rest is told. */
const MOST_SYSTEMS = 4;
/** For everything; after that, no further system is begun. */
const WHOLE_MS = 300_000;
const BY = 'nix';

/**
 * What the systems of a flake become with these files, evaluated on a copy: options that do not exist are told with the
 * nearest that do. Nothing is built or fetched. `ok: null` with the reason where that could not be found out.
 */
export async function checkFlakes(
  step: string,
  files: readonly FutureFile[],
  target: string,
  ports: FlakeCheckPorts,
): Promise<FileCheck[]> {
  const checks: FileCheck[] = [];
  for (const [folder, own] of await flakesOf(files, ports)) {
    if (folder === null) {
      const [first] = own;
      const detail = 'it is in no flake, so its options were not looked up';
      if (first !== undefined) checks.push({ path: first.path, by: BY, ok: null, detail });
    } else
      checks.push(...(await checkFlake(`${step}.flake${checks.length + 1}`, folder, own, target, ports)));
  }
  return checks;
}

interface Scene {
  step: string;
  folder: string;
  files: FutureFile[];
  tree: FlakeTree;
  ports: FlakeCheckPorts;
  after: { at: string; reference: string };
}

async function checkFlake(
  step: string,
  folder: string,
  files: FutureFile[],
  target: string,
  ports: FlakeCheckPorts,
): Promise<FileCheck[]> {
  const unable = (why: string): FileCheck[] => [{ path: folder, by: BY, ok: null, detail: why }];
  if (ports.processes.find('nix') === undefined) return unable('there is no nix here');
  const fetches = files.find(({ path, before, after }) => {
    if (path.endsWith('/flake.lock')) return true;
    return path.endsWith('/flake.nix') && inputsText(before ?? '') !== inputsText(after);
  });
  if (fetches !== undefined) return unable(`${fetches.path} has other inputs then, and nothing is fetched`);
  const tree = await readFlake(step, folder, ports);
  if ('problem' in tree) return unable(tree.problem);
  const lock = await lockOf(tree, files, ports);
  if (lock !== null && 'problem' in lock) return unable(lock.problem);
  const free = await reachesOut(step, ports);
  if (free !== null) return unable(free);
  const after = await copyFlake('flake-after', tree, files, lock?.text ?? null, ports);
  const scene: Scene = { step, folder, files, tree, ports, after };
  const names = await systemsOf(scene, lock?.text ?? null);
  if ('check' in names) return [names.check];
  const systems = pickSystems(names.all, files, target, ports.hostname);
  const startedMs = ports.clock.elapsed();
  const checks: FileCheck[] = [];
  for (const [index, system] of systems.entries()) {
    const path = `${folder}#${system}`;
    if (ports.clock.elapsed() - startedMs > WHOLE_MS) {
      checks.push({ path, by: BY, ok: null, detail: 'the others took too long' });
    } else
      checks.push(await checkSystem({ ...scene, step: `${step}.${index + 1}` }, system, lock?.text ?? null));
  }
  return checks;
}

async function lockOf(
  tree: FlakeTree,
  files: readonly FutureFile[],
  ports: FlakeCheckPorts,
): Promise<{ text: string } | { problem: string } | null> {
  const written = tree.files.get(join(tree.folder, 'flake.lock'));
  const flake = join(tree.root, tree.folder, 'flake.nix');
  const source =
    files.find(({ path }) => path === flake)?.after ??
    new TextDecoder().decode(tree.files.get(join(tree.folder, 'flake.nix')));
  if (written === undefined) {
    return (inputsText(source) ?? '') === '' ? null : { problem: 'its inputs are not locked' };
  }
  return pinInputs(
    new TextDecoder().decode(written),
    async (path) => (await ports.files.facts(path)) !== undefined,
  );
}

/** Why an evaluation could reach the network although it was told not to; null: it cannot. */
async function reachesOut(step: string, ports: FlakeCheckPorts): Promise<string | null> {
  const written = await ports.copyOf('flake-probe/flake.nix', PROBE_FLAKE);
  const folder = written.slice(0, -'/flake.nix'.length);
  const answer = await askNix(`${step}.probe`, evalArgv(`path:${folder}#probe.outPath`), ports);
  if ('unasked' in answer) return answer.unasked;
  if (answer.said.includes('forbidden in restricted mode')) return null;
  if (!answer.said.includes(PROBED_PATH))
    return `nix does not evaluate here: ${lastError(answer.said, folder, folder)}`;
  // NixOS/nix#9061, in 2.20.
  return 'this nix lets an evaluation fetch although it is told not to (before 2.20): it is not asked';
}

/** As the change leaves it, the names of its systems, or why there are none. */
async function systemsOf(
  scene: Scene,
  lock: string | null,
): Promise<{ all: string[] } | { check: FileCheck }> {
  const { folder, step } = scene;
  const ask = (reference: string, name: string): Promise<Answer> =>
    askNix(
      `${step}.${name}`,
      evalArgv(`${reference}#nixosConfigurations`, 'builtins.attrNames'),
      scene.ports,
    );
  const answer = await ask(scene.after.reference, 'systems');
  if ('unasked' in answer) return { check: { path: folder, by: BY, ok: null, detail: answer.unasked } };
  if (!answer.ok) {
    if (/does not provide attribute/.test(answer.said)) {
      return { check: { path: folder, by: BY, ok: null, detail: 'it describes no system of NixOS' } };
    }
    return { check: await blame(scene, folder, answer.said, (reference) => ask(reference, 'before'), lock) };
  }
  const all = JSON.parse(answer.output) as string[];
  return { all: all.filter((name) => /^[\w.-]+$/.test(name)) };
}

/** The target, those that a path names, this machine; else the first few. */
function pickSystems(
  all: readonly string[],
  files: readonly FutureFile[],
  target: string,
  hostname: string,
): string[] {
  const named = all.filter(
    (name) =>
      target.split(/[\s/:]/).includes(name) || files.some(({ path }) => path.split(/[/.]/).includes(name)),
  );
  if (named.length > 0) return named.slice(0, MOST_SYSTEMS);
  return all.includes(hostname) ? [hostname] : all.slice(0, MOST_SYSTEMS);
}

async function checkSystem(scene: Scene, system: string, lock: string | null): Promise<FileCheck> {
  const { folder, step, ports, after } = scene;
  const path = `${folder}#${system}`;
  const missing = await missingOptions(scene, system);
  const dryRun = (reference: string, name: string): Promise<Answer> =>
    askNix(
      `${step}.${name}`,
      dryRunArgv(`${reference}#nixosConfigurations."${system}".config.system.build.toplevel`),
      ports,
    );
  const answer = await dryRun(after.reference, 'build');
  if ('unasked' in answer) {
    return { path, by: BY, ok: null, detail: [answer.unasked, ...missing].join('\n') };
  }
  if (answer.ok) return { path, by: BY, ok: true, detail: describeBuild(answer) + untracked(scene) };
  const failed = await blame(scene, path, answer.said, (reference) => dryRun(reference, 'before'), lock);
  return { ...failed, detail: [...missing, failed.detail].join('\n') + untracked(scene) };
}

/** What fails without the change as well is not its fault. */
async function blame(
  { folder, files, tree, ports, after }: Scene,
  path: string,
  said: string,
  again: (reference: string) => Promise<Answer>,
  lock: string | null,
): Promise<FileCheck> {
  const why = lastError(said, after.at, tree.root);
  const isNew = files.some((file) => file.path === join(folder, 'flake.nix') && file.before === null);
  if (isNew) return { path, by: BY, ok: false, detail: why };
  const old = files.flatMap((file) => (file.before === null ? [] : [{ ...file, after: file.before }]));
  const before = await copyFlake('flake-before', tree, old, lock, ports);
  const answer = await again(before.reference);
  if ('unasked' in answer) return { path, by: BY, ok: null, detail: `${answer.unasked}\n${why}` };
  return answer.ok
    ? { path, by: BY, ok: false, detail: why }
    : { path, by: BY, ok: null, detail: `it is not evaluated without the change either: ${why}` };
}

function describeBuild({ output, said }: { output: string; said: string }): string {
  const out = /"out":\s*"([^"]+)"/.exec(output)?.[1] ?? 'it is evaluated';
  const built = /^th(?:is|ese)(?: (\d+))? derivations? will be built:/m.exec(said);
  const count = built === null ? 0 : Number(built[1] ?? 1);
  return `${out}; ${count === 0 ? 'nothing is' : `${count} ${count === 1 ? 'derivation is' : 'derivations are'}`} to be built`;
}

/** Of options that the change sets and the system does not have: one line each. */
async function missingOptions({ step, files, ports, after }: Scene, system: string): Promise<string[]> {
  const asked = files
    .filter(({ path }) => path.endsWith('.nix') && !path.endsWith('/flake.nix'))
    .flatMap((file) =>
      newOptionPaths(file.before, file.after).map((option) => ({ file: file.path, ...option })),
    );
  if (asked.length === 0) return [];
  const argv = evalArgv(
    `${after.reference}#nixosConfigurations."${system}"`,
    lookUpOf(asked.map(({ path }) => path)),
  );
  const answer = await askNix(`${step}.options`, argv, ports);
  if ('unasked' in answer || !answer.ok) return [];
  const found = readLookUp(answer.output) ?? [];
  return found.flatMap((one, index) => {
    const option = asked[index];
    if (one === null || option === undefined) return [];
    const at = option.path.slice(0, one.depth);
    const wrong = option.path[one.depth] ?? '';
    const near = nearestFew(wrong, one.names, 3).map((name) => [...at, name].join('.'));
    const hint = near.length === 0 ? '' : `; the nearest: ${near.join(', ')}`;
    return [`${option.file}:${option.line}: there is no option ${[...at, wrong].join('.')}${hint}`];
  });
}

/** nix says nothing about files that git does not know: they are not there. */
function untracked({ tree, files }: Scene): string {
  if (tree.tracked === null) return '';
  const unknown = files.filter(
    ({ path }) => !tree.tracked?.has(path.slice(tree.root === '/' ? 1 : tree.root.length + 1)),
  );
  return unknown.length === 0
    ? ''
    : `\ngit does not track ${unknown.map(({ path }) => path).join(', ')}: nix sees it once it was added`;
}
