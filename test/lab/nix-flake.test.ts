import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type CheckPorts, checkFiles } from '../../src/changes/index.ts';
import { createFiles, createMemoryStore, createProcesses, createScratch } from '../../src/host/index.ts';
import { createFakeClock } from '../fakes/clock.ts';
import { createOpenGate } from '../fakes/gate.ts';
import { shippedPolicy } from '../policy/support.ts';
import { PROGRAM } from '../system/steward.ts';
import { newerNix } from './packages.ts';

/**
 * The real nix of Debian 13, and a flake with as much of a module system as options need. Nothing is built, no machine is
 * booted, and there is no nixpkgs: that its systems are shaped the same is read from its sources, not seen here.
 */
const own = mkdtempSync(join(tmpdir(), 'steward-nix-'));
const FIXTURE = join(import.meta.dirname, '../fixtures/flake');
let flake: string;
let nix: string;
let number = 0;

beforeAll(async () => {
  nix = await newerNix(own);
});
afterAll(() => rmSync(own, { recursive: true }));
beforeEach(() => {
  number += 1;
  flake = join(own, `flake-${number}`);
  cpSync(FIXTURE, flake, { recursive: true });
});

function git(...words: string[]): string {
  return execFileSync('git', ['-c', 'user.email=a@b', '-c', 'user.name=a', ...words], {
    cwd: flake,
    encoding: 'utf8',
  });
}

type Edit = readonly [file: string, find: string, replace: string];

async function check(
  edits: readonly Edit[],
  { path = [own], target = 'this machine', isSecret = false } = {},
) {
  const files = edits.map(([name, find, replace]) => {
    const at = join(flake, name);
    if (find === '') return { path: at, before: null, after: replace, known: [] };
    const before = readFileSync(at, 'utf8');
    expect(before).toContain(find);
    return { path: at, before, after: before.replace(find, () => replace), known: [] };
  });
  const policy = shippedPolicy();
  const clock = createFakeClock();
  const scratch = createScratch();
  const asked: string[] = [];
  const ports: CheckPorts = {
    gate: createOpenGate(({ action }) => {
      if (action.kind === 'process') asked.push(action.argv.join(' '));
      const { verdict, reason } = policy.judge(action, { resolved: new Map() });
      return verdict === 'allow' ? undefined : { refuse: reason };
    }),
    files: createFiles(),
    processes: createProcesses({
      clock,
      store: createMemoryStore('none'),
      trustedPath: [...path, '/usr/bin', '/bin'],
      extraEnv: { HOME: own },
    }),
    copyOf: scratch.write,
    clock,
    hostname: 'nuc1',
    secrets: { isSecret: (file) => isSecret && file.includes('/secrets/'), isSecretLink: () => false },
    origin: 'change',
    signal: new AbortController().signal,
  };
  const tree = () =>
    execFileSync('find', [flake, '-type', 'f', '-not', '-path', '*/.git/*', '-newer', nix], {
      encoding: 'utf8',
    });
  const before = tree();
  try {
    const checks = await checkFiles('X1.1', files, target, ports);
    expect(tree()).toBe(before);
    return { checks: checks.filter(({ by }) => by === 'nix'), asked };
  } finally {
    await scratch.clear();
  }
}

const PORTS: Edit = ['hosts/nuc1.nix', '[ 22 80 ]', '[ 22 80 443 ]'];

describe('the static check of a flake (real nix)', () => {
  it('gives what the system becomes, without a trace in the flake', async () => {
    const { checks, asked } = await check([PORTS]);
    expect(checks).toEqual([
      {
        path: `${flake}#nuc1`,
        by: 'nix',
        ok: true,
        detail: expect.stringMatching(
          /^\/nix\/store\/\w{32}-nixos-system-nuc1; 1 derivation is to be built$/,
        ),
      },
    ]);
    expect(
      asked.filter((line) => line.startsWith('nix ')).map((line) => / (eval|build) /.exec(line)?.[1]),
    ).toEqual(['eval', 'eval', 'build']);
    const again = await check([['hosts/nuc1.nix', '[ 22 80 ]', '[ 22 80 8443 ]']]);
    expect(again.checks[0]?.detail).not.toBe(checks[0]?.detail);
  });

  it('tells an option that is misspelt with its line and the nearest, and what nix says', async () => {
    const { checks } = await check([
      ['hosts/nuc1.nix', 'enable = true;\n    virtualHosts', 'enabled = true;\n    virtualHosts'],
    ]);
    expect(checks).toMatchObject([{ path: `${flake}#nuc1`, ok: false }]);
    expect(checks[0]?.detail.split('\n')).toEqual([
      `${flake}/hosts/nuc1.nix:6: there is no option services.nginx.enabled; the nearest: services.nginx.enable`,
      "The option `services.nginx.enabled' does not exist. Definition values:",
      `- In \`${flake}/hosts/nuc1.nix': true`,
    ]);
  });

  it('looks into submodules, and takes every name where settings are free', async () => {
    const wrong = await check([['hosts/nuc1.nix', '".forceSSL', '".forceSsl']]);
    expect(wrong.checks[0]?.detail).toContain(
      'there is no option services.nginx.virtualHosts.example.org.forceSsl; the nearest: services.nginx.virtualHosts.example.org.forceSSL',
    );
    const free = await check([
      ['hosts/nuc1.nix', 'services.openssh.enable = true;', 'services.openssh.settings.Anything = "yes";'],
    ]);
    expect(free.checks).toMatchObject([{ ok: true }]);
  });

  it('refuses a value of another type, and a file that is imported and not there', async () => {
    const typed = await check([
      ['hosts/nuc1.nix', 'services.openssh.enable = true', 'services.openssh.enable = "yes"'],
    ]);
    expect(typed.checks).toMatchObject([{ ok: false }]);
    expect(typed.checks[0]?.detail).toContain(
      "A definition for option `services.openssh.enable' is not of type `bool'",
    );
    const gone = await check([
      ['hosts/nuc1.nix', 'networking.hostName', 'imports = [ ./disk.nix ];\n  networking.hostName'],
    ]);
    expect(gone.checks).toMatchObject([{ ok: false }]);
    expect(gone.checks[0]?.detail).toContain('disk.nix');
  });

  it('takes the system that the file or the target names, else this machine', async () => {
    expect((await check([['hosts/pi.nix', '"pi"', '"pie"']])).checks.map(({ path }) => path)).toEqual([
      `${flake}#pi`,
    ]);
    const shared: Edit = ['options.nix', 'default = true', 'default = false'];
    expect((await check([shared])).checks.map(({ path }) => path)).toEqual([`${flake}#nuc1`]);
    expect((await check([shared], { target: 'pi' })).checks.map(({ path }) => path)).toEqual([`${flake}#pi`]);
  });

  it('sees what git tracks, with what nobody has committed, and says of a new file that nix does not see it', async () => {
    git('init', '-q');
    git('add', '.');
    git('commit', '-qm', 'one');
    writeFileSync(join(flake, 'stray.nix'), '{');
    const disk: Edit = ['disk.nix', '', '{ services.nginx.enable = true; }'];
    const imports: Edit = [
      'hosts/nuc1.nix',
      'networking.hostName',
      'imports = [ ../disk.nix ];\n  networking.hostName',
    ];
    const { checks } = await check([disk, imports]);
    expect(checks).toMatchObject([{ ok: true }]);
    expect(checks[0]?.detail).toContain(
      `\ngit does not track ${flake}/disk.nix: nix sees it once it was added`,
    );
    expect(git('status', '--porcelain')).toBe('?? stray.nix\n');
  });

  it('blames no change for what was broken before it, and copies no secret', async () => {
    writeFileSync(join(flake, 'hosts/pi.nix'), '{ networking.hostName = 1; }');
    mkdirSync(join(flake, 'secrets'));
    writeFileSync(join(flake, 'secrets/key'), 'hunter2-in-a-flake');
    const broken = await check([['hosts/pi.nix', '= 1;', '= 2;']], { isSecret: true });
    expect(broken.checks).toMatchObject([
      {
        ok: null,
        detail: expect.stringMatching(/^it is not evaluated without the change either: A definition/),
      },
    ]);
    const store = execFileSync('sh', ['-c', 'grep -rl hunter2-in-a-flake /nix/store || true'], {
      encoding: 'utf8',
    });
    expect(store).toBe('');
  });

  it('is not made where it would fetch: other inputs, inputs that are not here, an expression that asks', async () => {
    const input = await check([
      ['flake.nix', 'description =', 'inputs.a.url = "http://127.0.0.1:1/a.tar";\n  description ='],
    ]);
    expect(input.checks).toEqual([
      {
        path: flake,
        by: 'nix',
        ok: null,
        detail: `${flake}/flake.nix has other inputs then, and nothing is fetched`,
      },
    ]);
    let reached = 0;
    const server = createServer((_, response) => {
      reached += 1;
      response.end();
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : 0;
    const value = `builtins.readFile (builtins.fetchTree { type = "tarball"; url = "http://127.0.0.1:${port}/x"; narHash = "sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="; })`;
    const asking = await check([['hosts/nuc1.nix', '"nuc1"', value]]);
    server.close();
    expect(asking.checks).toMatchObject([
      { ok: false, detail: expect.stringContaining('forbidden in restricted mode') },
    ]);
    expect(reached).toBe(0);
  });

  it('says why it was not made: a nix that fetches all the same, no nix, no flake, no system', async () => {
    const old = await check([PORTS], { path: [] });
    expect(old.checks).toMatchObject([
      { path: flake, ok: null, detail: expect.stringContaining('before 2.20') },
    ]);
    const broken = mkdtempSync(join(own, 'broken-'));
    writeFileSync(join(broken, 'nix'), '#!/bin/sh\necho "error: cannot open the store" >&2; exit 1\n', {
      mode: 0o755,
    });
    expect((await check([PORTS], { path: [broken] })).checks).toMatchObject([
      { ok: null, detail: 'nix does not evaluate here: cannot open the store' },
    ]);
    writeFileSync(join(flake, 'flake.nix'), '{ outputs = _: { packages = { }; }; }');
    expect((await check([PORTS])).checks).toMatchObject([
      { ok: null, detail: 'it describes no system of NixOS' },
    ]);
    rmSync(join(flake, 'flake.nix'));
    expect((await check([PORTS])).checks).toMatchObject([
      {
        path: `${flake}/hosts/nuc1.nix`,
        ok: null,
        detail: 'it is in no flake, so its options were not looked up',
      },
    ]);
  });

  it('is part of `steward change check`, which leaves nothing behind, and of what an approval is bound to', async () => {
    const change = join(own, 'change.yaml');
    const write = (port: string) =>
      writeFileSync(
        change,
        `title: Open a port
apply:
  - edit: { file: hosts/nuc1.nix, find: 'allowedTCPPorts = [ 22 80 ]', replace: '${port} = [ 22 80 443 ]' }
verify: [{ run: test -f flake.nix }]
`,
      );
    const steward = async (...args: string[]) => {
      // The nix of this Debian is older: for this program and its children it is the newer one.
      const script = `mount --bind ${nix} /usr/bin/nix && exec "$@"`;
      const child = spawn('unshare', ['--mount', 'sh', '-c', script, 'sh', PROGRAM, ...args], {
        cwd: flake,
        env: { PATH: process.env.PATH, HOME: own, TMPDIR: mkdtempSync(join(own, 'tmp-')) },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      const [said, wrong, [code]] = await Promise.all([
        text(child.stdout),
        text(child.stderr),
        once(child, 'close') as Promise<[number | null]>,
      ]);
      return { code, said: said + wrong };
    };
    write('allowedTcpPorts');
    const wrong = await steward('change', 'check', change);
    expect(wrong.said).toContain('the nearest: networking.firewall.allowedTCPPorts');
    expect(wrong.code).toBe(42);
    write('allowedTCPPorts');
    const checked = async () =>
      JSON.parse((await steward('change', 'check', change, '--json')).said) as Checked;
    const first = await checked();
    expect(first).toMatchObject({ ok: true });
    expect(first.files.at(-1)).toMatchObject({ path: `${flake}#nuc1`, ok: true });
    expect(first.planned.preconditions).toContainEqual({
      kind: 'flake-source',
      name: flake,
      value: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    writeFileSync(join(flake, 'hosts/pi.nix'), '{ networking.hostName = "pie"; }');
    const second = await checked();
    expect(second.planned.digest).not.toBe(first.planned.digest);
    expect(
      readdirSync(own)
        .filter((name) => name.startsWith('tmp-'))
        .flatMap((name) => readdirSync(join(own, name))),
    ).toEqual([]);
  });
});

interface Checked {
  ok: boolean;
  files: { path: string; ok: boolean | null }[];
  planned: { digest: string; preconditions: object[] };
}
