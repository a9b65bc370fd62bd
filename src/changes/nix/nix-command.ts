import type { TreePorts } from './flake-tree.ts';

/** NixOS evaluates for a minute on a small machine. */
const TIMEOUT_MS = 180_000;
const LIMIT_BYTES = 4 * 1024 * 1024;

/**
 * What makes an evaluation only look. `--offline` still fetches what an expression names: `--restrict-eval` keeps it from
 * that, but for paths of the store. No lock is written, nothing is built for an import, no settings of the flake count.
 */
const LOOK_ONLY = [
  ...['--offline', '--restrict-eval', '--allowed-uris', 'path:/nix/store/', '--no-use-registries'],
  ...['--no-write-lock-file', '--no-update-lock-file', '--no-allow-import-from-derivation'],
  ...['--no-accept-flake-config', '--no-eval-cache'],
];
const NIX = ['nix', '--extra-experimental-features', 'nix-command flakes'];

export const evalArgv = (installable: string, apply?: string): string[] => [
  ...[...NIX, 'eval', ...LOOK_ONLY, '--read-only', '--json'],
  ...(apply === undefined ? [] : ['--apply', apply]),
  installable,
];

export const dryRunArgv = (installable: string): string[] => [
  ...[...NIX, 'build', ...LOOK_ONLY, '--dry-run', '--no-link', '--json', installable],
];

/** `unasked`: nobody could be asked, or it took too long. */
export type Answer =
  | { ok: true; output: string; said: string }
  | { ok: false; said: string }
  | { unasked: string };

export async function askNix(id: string, argv: string[], ports: TreePorts): Promise<Answer> {
  const action = { kind: 'process' as const, argv, cwd: '/' };
  const admission = await ports.gate.perform({ id, origin: ports.origin, action }, async (permit) => {
    const options = { timeoutMs: TIMEOUT_MS, limitBytes: LIMIT_BYTES, signal: ports.signal };
    const value = await ports.processes.run(permit, options);
    return { value, trace: { ok: value.exitCode === 0, summary: `exit ${value.exitCode ?? value.signal}` } };
  });
  if (admission.kind === 'refused') return { unasked: admission.reason };
  const { exitCode, stdout, stderr, timedOut, startError, signal } = admission.value;
  if (timedOut) return { unasked: `it takes longer than ${TIMEOUT_MS / 1000} s` };
  if (startError !== null) return { unasked: `nix could not be started (${startError})` };
  if (exitCode === null) return { unasked: `nix was ended by ${signal}` };
  if (exitCode !== 0) return { ok: false, said: stderr.text };
  return { ok: true, output: stdout.text, said: stderr.text };
}

/** Not there, and not in the store: whether an evaluation is kept from it is seen without reaching for anything. */
export const PROBED_PATH = '/nonexistent/steward';
export const PROBE_FLAKE = `{
  outputs = _: {
    probe = builtins.fetchTree {
      type = "path";
      path = "${PROBED_PATH}";
      narHash = "sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    };
  };
}
`;

const MOST_LINES = 8;

/** The last error that nix told, without where it was told from; names of the copy become those of the flake. */
export function lastError(said: string, at: string, root: string): string {
  const lines = said.split('\n');
  const first = lines.findLastIndex((line) => /^\s*error:/.test(line));
  return lines
    .slice(Math.max(first, 0))
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith("(use '--show-trace'"))
    .slice(0, MOST_LINES)
    .join('\n')
    .replaceAll(at, root)
    .replace(/\/nix\/store\/[a-z0-9]{32}-source(?=\/)/g, root)
    .replace(/^error:\s*/, '');
}
