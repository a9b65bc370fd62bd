import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { programsFolder } from '../soak/alerts/daemons.ts';
import { alertBody, startServing } from '../system/serving.ts';
import { createBox } from '../system/steward.ts';
import { mustRun, type Output, runOnHost } from './host.ts';

const PROJECT = join(import.meta.dirname, '../..');
const PACKAGING = join(PROJECT, 'packaging');
const STAND_IN = join(PROJECT, 'test/stand-ins/nix-lib.nix');
const scratch = mkdtempSync(join(tmpdir(), 'steward-packaging-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const make = (out: string, only: string) =>
  mustRun([process.execPath, join(PROJECT, 'scripts/package.ts'), '--quick', '--only', only, '--out', out], {
    env: { SOURCE_DATE_EPOCH: '1795219200' },
  });

describe('the tarball', () => {
  it('has all that it needs inside, wherever it is unpacked', async () => {
    const file = (await make(scratch, 'tarball')).trim();
    await mustRun(['tar', '-xf', file, '-C', scratch]);
    const [folder = ''] = readdirSync(scratch).filter((name) => !name.endsWith('.tar'));
    const program = join(scratch, folder, 'bin/steward');
    const { stdout } = await runOnHost([
      'env',
      '-i',
      'PATH=/usr/bin:/bin',
      `HOME=${scratch}`,
      program,
      '--version',
    ]);
    expect(stdout).toMatch(/^\d+\.\d+\.\d+ \(steward\)\n$/);
    expect(existsSync(join(scratch, folder, 'node_modules/@lydell/node-pty/index.js'))).toBe(true);
    expect(existsSync(join(scratch, folder, 'triggers/systemd/steward-serve.service'))).toBe(true);
  });
});

describe('the Debian package', () => {
  it('is the same bytes when it is made of the same tree again', async () => {
    const digests: string[] = [];
    for (const name of ['first', 'second']) {
      const file = (await make(join(scratch, name), 'deb')).trim();
      digests.push((await mustRun(['sha256sum', file])).slice(0, 64));
    }
    expect(digests[1]).toBe(digests[0]);
  });
});

describe('what Prometheus and Alertmanager are given', () => {
  const tool = async (...argv: string[]) => {
    const [program = '', ...words] = argv;
    return runOnHost([join(await programsFolder(), program), ...words]);
  };
  const inPrometheus = (name: string) => join(PACKAGING, 'prometheus', name);

  it('is what promtool and amtool take, and fires when it should and not before', async () => {
    for (const argv of [
      ['promtool', 'check', 'rules', inPrometheus('steward.rules.yml')],
      ['promtool', 'test', 'rules', inPrometheus('steward.rules.test.yml')],
      ['promtool', 'check', 'config', '--syntax-only', inPrometheus('prometheus.yml')],
      ['amtool', 'check-config', join(PACKAGING, 'alertmanager/alertmanager.yml')],
    ]) {
      const { code, stdout, stderr } = await tool(...argv);
      expect([argv.join(' '), code, stdout + stderr]).toEqual([argv.join(' '), 0, expect.any(String)]);
    }
  });

  it('names only what serve tells, which promtool finds nothing to say about', async () => {
    const box = createBox();
    await box.run(['run', 'health-check', '--model', 'none']);
    const serving = await startServing(box, ['--no-runs']);
    await serving.post('/alertmanager/lab', alertBody('DiskFull'));
    const text = await (await fetch(`${serving.url}/metrics`)).text();
    const checked = await runOnHost([join(await programsFolder(), 'promtool'), 'check', 'metrics'], {
      input: text,
    });
    expect(checked).toMatchObject({ code: 0, stderr: '' });
    const told = new Set([...text.matchAll(/^# TYPE (\w+)/gm)].map(([, name]) => name));
    const rules = readFileSync(inPrometheus('steward.rules.yml'), 'utf8');
    const named = [...rules.matchAll(/\bsteward_\w+/g)].map(([name]) => name);
    expect(named.length).toBeGreaterThan(5);
    expect(named.filter((name) => !told.has(name))).toEqual([]);
    serving.child.kill('SIGTERM');
    await serving.ended;
  });
});

describe('the flake and the module for NixOS', () => {
  const nix = (...argv: string[]): Promise<Output> =>
    runOnHost(argv, { env: { NIX_CONFIG: 'build-users-group =', NIX_STATE_DIR: join(scratch, 'nix') } });
  const evaluate = (expression: string) =>
    nix('nix-instantiate', '--eval', '--strict', '--json', '--expr', expression);
  const moduleWith = (given: string) =>
    evaluate(`(import ${STAND_IN}).evaluate ${join(PACKAGING, 'nix/module.nix')} ${given}`);

  it('are what Nix can parse', async () => {
    const files = readdirSync(join(PACKAGING, 'nix')).filter((name) => name.endsWith('.nix'));
    expect(files).toEqual(['flake.nix', 'module.nix', 'package.nix']);
    for (const name of files) {
      const { code, stderr } = await nix('nix-instantiate', '--parse', join(PACKAGING, 'nix', name));
      expect([name, code, stderr]).toEqual([name, 0, '']);
    }
  });

  it('make of a few options what the units need (a stand-in for nixpkgs’ lib)', async () => {
    const { code, stdout, stderr } = await moduleWith(
      '{ enable = true; operators = [ "anna" ]; onFailure = [ "nginx" ]; settings.model = "x"; settings.budgets.usd_per_month = 5; credentials.anthropic = "/run/secrets/a"; goals.night.onCalendar = "02:00"; goals.night.slot = "daily"; executor.enable = true; }',
    );
    expect([code, stderr]).toEqual([0, '']);
    const made = JSON.parse(stdout);
    expect(made.environment.etc['steward/steward.yaml'].source.value).toEqual({
      ...{ model: 'x', autonomy: 'propose', budgets: { usd_per_month: 5 } },
    });
    expect(made.systemd.timers['steward@night']).toEqual({
      overrideStrategy: 'asDropin',
      wantedBy: ['timers.target'],
      timerConfig: { OnCalendar: ['', '02:00'], RandomizedDelaySec: '10min' },
    });
    expect(made.systemd.services['steward@night'].environment).toEqual({ STEWARD_SLOT: 'daily' });
    expect(made.systemd.services['steward@'].serviceConfig).toEqual({
      LoadCredential: ['anthropic:/run/secrets/a'],
    });
    expect(made.systemd.services.nginx).toEqual({ onFailure: ['steward-failure@%n.service'] });
    expect(made.systemd.packages).toEqual(['/nix/store/0-steward']);
    expect(made.systemd.sockets['steward-executor']).toEqual({ wantedBy: ['sockets.target'] });
    expect(made.users.users.anna.extraGroups).toEqual(['steward', 'steward-approvers']);
    expect(made.assertions.every(({ assertion }: { assertion: boolean }) => assertion)).toBe(true);
  });

  it('refuse what is of another type (a stand-in for nixpkgs’ lib)', async () => {
    for (const [given, what] of [
      ['{ enable = "yes"; }', 'services.steward.enable: not a boolean'],
      ['{ enable = true; settings.autonomy = "all"; }', 'services.steward.settings.autonomy: not one of'],
      ['{ enable = true; goals.x = { }; }', 'services.steward.goals.x.onCalendar: not set'],
      ['{ enable = true; goals.x = { onCalendar = "daily"; every = 1; }; }', 'goals.x.every: no such option'],
      ['{ enable = true; serve.listen = "9097"; }', 'services.steward.serve.listen: not a string like'],
    ] as const) {
      const { code, stderr } = await moduleWith(given);
      expect([given, code, stderr]).toEqual([given, 1, expect.stringContaining(what)]);
    }
    const { stdout } = await moduleWith('{ enable = true; onFailure = [ "steward-serve" ]; }');
    expect(JSON.parse(stdout).assertions[1].assertion).toBe(false);
  });

  it('are put together by the flake for both architectures (a stand-in for nixpkgs)', async () => {
    const outputs = `let s = import ${STAND_IN}; outputs = (import ${join(PACKAGING, 'nix/flake.nix')}).outputs { self = outputs; nixpkgs = { inherit (s) lib; legacyPackages = s.lib.genAttrs [ "x86_64-linux" "aarch64-linux" ] (system: { callPackage = file: args: { inherit system; file = toString file; }; stdenv.hostPlatform.system = system; }); }; };`;
    const { code, stdout, stderr } = await evaluate(
      `${outputs} in { packages = builtins.mapAttrs (_: each: each.default.file) outputs.packages; module = (outputs.nixosModules.default { pkgs.stdenv.hostPlatform.system = "aarch64-linux"; inherit (s) lib; }).services.steward.package.system; }`,
    );
    expect([code, stderr]).toEqual([0, '']);
    const file = join(PACKAGING, 'nix/package.nix');
    expect(JSON.parse(stdout)).toEqual({
      module: 'aarch64-linux',
      packages: { 'aarch64-linux': file, 'x86_64-linux': file },
    });
  });

  it('take the units that there are', () => {
    const names = ['serve', 'failure-send', 'recover'].map((name) => `systemd/steward-${name}.service`);
    for (const name of [
      ...names,
      'systemd/steward@.service',
      'systemd/steward-failure@.service',
      'steward-executor.socket',
    ]) {
      expect([name, existsSync(join(PROJECT, 'triggers', name))]).toEqual([name, true]);
    }
  });
});
