import { basename } from 'node:path';
import { OpsError } from '../lib/ops-error.ts';
import { parseYaml } from '../lib/yaml-file.ts';
import { checkSchema } from './check-schema.ts';
import type { FileCheck } from './file-check.ts';
import type { FutureFile } from './future-files.ts';
import { checkFlakes } from './nix/check-flakes.ts';
import type { ChangePorts } from './ports.ts';

/** What it needs of a change. */
export type CheckPorts = Pick<
  ChangePorts,
  'gate' | 'processes' | 'files' | 'copyOf' | 'secrets' | 'origin' | 'signal' | 'hostname' | 'clock'
>;

const TIMEOUT_MS = 60_000;
const LIMIT_BYTES = 64 * 1024;

/**
 * Each file as it will be, by what its kind is checked with here, and the flakes that they are in. A kind that nothing
 * here knows is not in the answer. `target`: its name, which may be that of a
 * system of a flake.
 */
export async function checkFiles(
  step: string,
  files: readonly FutureFile[],
  target: string,
  ports: CheckPorts,
): Promise<FileCheck[]> {
  const checks: FileCheck[] = [];
  for (const [index, file] of files.entries()) {
    const check =
      findConflict(file) ??
      (await askProgram(`${step}.check${index + 1}`, `check-${index + 1}`, file, ports));
    const parsed = check === null || check.ok === null ? await parse(file) : null;
    if (parsed !== null) checks.push(parsed);
    if (check !== null && parsed?.ok !== false) checks.push(check);
    if (parsed?.ok !== true) continue;
    const fits = await checkSchema(`${step}.schema${index + 1}`, file, files, ports);
    if (fits !== null) checks.push(fits);
  }
  const isWellFormed = checks.every(({ ok }) => ok !== false);
  return isWellFormed ? [...checks, ...(await checkFlakes(step, files, target, ports))] : checks;
}

const CONFLICT = ['<<<<<<< ', '=======', '>>>>>>> '];

/** As version control leaves them. A change that resolves them has none in what it writes. */
function findConflict({ path, after }: FutureFile): FileCheck | null {
  let next = 0;
  for (const line of after.split('\n')) {
    const mark = CONFLICT[next];
    if (mark !== undefined && line.startsWith(mark)) next += 1;
  }
  if (next < CONFLICT.length) return null;
  return { path, by: 'merge', ok: false, detail: 'it has a merge conflict that nobody has resolved' };
}

async function parse({ path, after }: FutureFile): Promise<FileCheck | null> {
  if (path.endsWith('.json')) {
    try {
      JSON.parse(after);
      return { path, by: 'JSON', ok: true, detail: 'it is valid' };
    } catch (error) {
      return { path, by: 'JSON', ok: false, detail: error instanceof Error ? error.message : String(error) };
    }
  }
  if (!/\.ya?ml$/.test(path)) return null;
  try {
    await parseYaml(path, after);
    return { path, by: 'YAML', ok: true, detail: 'it is valid' };
  } catch (error) {
    if (!(error instanceof OpsError)) throw error;
    return { path, by: 'YAML', ok: false, detail: error.message };
  }
}

/** How a kind of file is checked by the program that will read it; `FILE` stands for where a copy lies. */
interface Checker {
  name: RegExp;
  holds?: RegExp;
  argv: string[];
  /** It prints what it has read, which nobody asked for. */
  isEcho?: boolean;
  /** What it says when it could not look: then the file is not checked. */
  unable?: RegExp;
}

const UNIT = /\.(service|timer|socket|mount|path|target|slice)$/;

const CHECKERS: readonly Checker[] = [
  { name: UNIT, argv: ['systemd-analyze', 'verify', '--man=no', 'FILE'] },
  {
    name: /\.ya?ml$/,
    // What kustomize itself reads is no object of a cluster.
    holds: /^apiVersion: (?!kustomize\.config\.k8s\.io)[\s\S]*^kind: /m,
    argv: ['kubectl', 'apply', '--dry-run=server', '--filename', 'FILE'],
    // No cluster, or one that has yet to learn the kind.
    unable:
      /no configuration has been provided|Unable to connect|was refused|no matches for kind|current-context|could not find the requested resource|[Uu]nauthorized|[Ff]orbidden|\bdial tcp\b|no such host/,
  },
  { name: /\.nix$/, argv: ['nix-instantiate', '--parse', 'FILE'], isEcho: true },
  {
    name: /\.ya?ml$/,
    holds: /^scrape_configs:/m,
    argv: ['promtool', 'check', 'config', '--syntax-only', 'FILE'],
  },
  { name: /\.(ya?ml|rules)$/, holds: /^groups:/m, argv: ['promtool', 'check', 'rules', 'FILE'] },
  { name: /\.ya?ml$/, holds: /^receivers:/m, argv: ['amtool', 'check-config', 'FILE'] },
  { name: /\.(nomad|nomad\.hcl)$/, argv: ['nomad', 'job', 'validate', 'FILE'] },
  {
    name: /^sshd_config$/,
    argv: ['sshd', '-t', '-f', 'FILE'],
    // Its folder is there while it runs; started by a socket, it does not run now.
    unable: /Missing privilege separation directory/,
  },
  { name: /^sudoers$/, argv: ['visudo', '-c', '-f', 'FILE'] },
  { name: /\.(sh|bash)$/, argv: ['bash', '-n', 'FILE'] },
];

function programFor(path: string, text: string): Checker | null {
  const name = basename(path);
  return CHECKERS.find((known) => known.name.test(name) && (known.holds?.test(text) ?? true)) ?? null;
}

async function askProgram(
  step: string,
  folder: string,
  file: FutureFile,
  ports: CheckPorts,
): Promise<FileCheck | null> {
  const checker = programFor(file.path, file.after);
  const program = checker?.argv[0];
  if (checker === null || program === undefined) return null;
  const by = checker.argv.filter((word) => word !== 'FILE').join(' ');
  const unable = (detail: string): FileCheck => ({ path: file.path, by, ok: null, detail });
  if (ports.processes.find(program) === undefined) return unable(`there is no ${program} here`);
  // Under its own name: what a unit is, for one, is in its name.
  const copy = `${folder}/${basename(file.path)}`;
  const at = await ports.copyOf(copy, file.after);
  const argv = checker.argv.map((word) => (word === 'FILE' ? at : word));
  const action = { kind: 'process' as const, argv, cwd: '/' };
  const admission = await ports.gate.perform({ id: step, origin: ports.origin, action }, async (permit) => {
    const options = { timeoutMs: TIMEOUT_MS, limitBytes: LIMIT_BYTES, signal: ports.signal, merge: true };
    const value = await ports.processes.run(permit, options);
    return { value, trace: { ok: value.exitCode === 0, summary: `exit ${value.exitCode ?? value.signal}` } };
  });
  if (admission.kind === 'refused') return unable(admission.reason);
  const { exitCode, stdout, timedOut, startError } = admission.value;
  if (timedOut) return unable(`it takes longer than ${TIMEOUT_MS / 1000} s`);
  if (startError !== null) return unable(`${program} could not be started (${startError})`);
  const said = stdout.text.replaceAll(at, file.path).trim();
  const detail = said === '' ? `exit ${exitCode}` : said.split('\n').slice(0, 5).join('\n');
  if (exitCode === 0 && checker.isEcho === true)
    return { path: file.path, by, ok: true, detail: 'it is valid' };
  if (exitCode !== 0 && checker.unable?.test(stdout.text) === true) return unable(detail);
  return { path: file.path, by, ok: exitCode === 0, detail };
}
