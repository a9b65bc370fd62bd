import type { Ask, CallAids, Pin, Ran, Reading, TypedUndo } from '../../protocol/typed-call.ts';
import { buildArgv, type FieldRule, type Input, type Verbs } from '../typed/build-argv.ts';
import { asJson, firstLine, type Prepared, readPlain, type TypedProgram } from '../typed/typed-program.ts';
import { learn, rebootReasons } from './needs-reboot.ts';

const CURRENT = '/run/current-system';
const PROFILE = '/nix/var/nix/profiles/system';
const STORE_PATH = /^\/nix\/store\/[a-z0-9]{32}-[\w.+?=-]+$/;

/** A flake without the network in its name: `.#nuc1`, `/etc/nixos#nuc1`. */
const FLAKE: FieldRule = { kind: /^(?:\.{0,2}\/[\w./-]*|\.)(?:#[\w.-]+)?$/, option: '--flake' };
/** Binds a call to one output, whatever the files say by now. */
const OUTPUT: FieldRule = { kind: STORE_PATH, option: '--store-path', isRequired: true };

const VERBS: Verbs = {
  generations: { words: ['list-generations'], always: ['--json'], fields: {} },
  build: { words: ['build'], always: ['--no-link'], fields: { flake: FLAKE } },
  'dry-activate': { words: ['dry-activate'], fields: { output: OUTPUT } },
  /** `test`, and once it is verified `switch`: of an output, or of what a commit of a flake builds. */
  deploy: { words: ['test'], fields: { output: { ...OUTPUT, isRequired: false }, flake: FLAKE } },
  test: { words: ['test'], fields: { output: OUTPUT } },
  switch: { words: ['switch'], fields: { output: OUTPUT } },
  boot: { words: ['boot'], fields: { output: OUTPUT } },
};
/** They read only, though building takes its time and its room. */
const OBSERVING = ['generations'];

export const nixosRebuild: TypedProgram = {
  name: 'NixosRebuild',
  program: 'nixos-rebuild',
  verbs: VERBS,
  observing: OBSERVING,
  pin: async (_input, { hostname, machine }) => ({ host: hostname, machine }),
  describe: ({ host, machine }) => `${host} (${machine})`,
  toArgv: (input) => buildArgv('nixos-rebuild', VERBS, input),
  read: readRebuild,
  prepare,
  learn,
  goBack,
};

/**
 * switch-to-configuration-ng: 2 the activation script failed; 4 some units failed, and the new generation is active all
 * the same; 100 it cannot be entered without a reboot. 4 is no failure of the step: whether it is good enough is what
 * the verification says.
 */
function readRebuild(input: Input, ran: Ran): Reading {
  const { exit, output, error } = ran;
  const verb = String(input.verb);
  if (ran.timedOut) return readPlain(ran, verb);
  switch (verb) {
    case 'generations':
      return exit === 0 ? { ok: true, detail: 'listed', data: asJson(output) } : readPlain(ran, verb);
    case 'build': {
      const path = builtPath(output);
      if (exit !== 0 || path === null) return readPlain({ ...ran, exit: exit === 0 ? 1 : exit }, verb);
      return { ok: true, detail: `built ${path}`, data: { output: path } };
    }
    case 'deploy':
    case 'test':
    case 'switch':
    case 'boot':
      return activation(exit, verb, `${output}\n${error}`);
    default:
      return readPlain(ran, verb);
  }
}

function activation(exit: number | null, verb: string, said: string): Reading {
  const failed = /warning: the following units failed: (.+)/.exec(said)?.[1] ?? null;
  const units = failed === null ? [] : failed.split(/,\s*/);
  switch (exit) {
    case 0:
      return {
        ok: true,
        detail: `${verb}: it is ${verb === 'boot' ? 'what the next boot takes' : 'active'}`,
        data: { active: verb !== 'boot', failedUnits: [] },
      };
    case 2:
      return {
        ok: false,
        detail: `${verb}: the activation script failed`,
        data: { active: null, failedUnits: units },
      };
    case 4:
      return {
        ok: true,
        detail: `${verb}: it is active, and units failed: ${units.join(', ') || 'see the output'}`,
        data: { active: true, failedUnits: units },
      };
    case 100:
      return {
        ok: false,
        detail: `${verb}: it needs a reboot`,
        data: { active: false, needsReboot: true, failedUnits: units },
      };
    default:
      return { ok: false, detail: `${verb} failed, exit ${exit}`, data: null };
  }
}

function builtPath(output: string): string | null {
  return (
    output
      .trim()
      .split('\n')
      .findLast((line) => STORE_PATH.test(line.trim()))
      ?.trim() ?? null
  );
}

async function linkTo(path: string, ask: Ask): Promise<string | { problem: string }> {
  const ran = await ask(['readlink', '-f', path]);
  if (typeof ran === 'string') return { problem: ran };
  const found = ran.output.trim();
  return ran.exit === 0 && STORE_PATH.test(found)
    ? found
    : { problem: `${path} is no system of NixOS: ${firstLine(ran)}` };
}

async function prepare(input: Input, _pin: Pin, { ask }: CallAids): Promise<Prepared | { problem: string }> {
  if (input.verb === 'generations' || input.verb === 'build')
    return { preconditions: [], undo: null, notes: [] };
  if (input.verb === 'deploy' && (input.output === undefined) === (input.flake === undefined))
    return { problem: 'deploy takes either the output that was built, or the flake that it is built from' };
  if (input.flake !== undefined) return prepareFlake(String(input.flake), ask);
  const output = String(input.output);
  const before = await linkTo(CURRENT, ask);
  if (typeof before !== 'string') return before;
  const profile = await linkTo(PROFILE, ask);
  if (typeof profile !== 'string') return profile;
  const there = await linkTo(output, ask);
  if (typeof there !== 'string') return { problem: `${output} is not in the store: build it first` };
  if (input.verb === 'dry-activate') return { preconditions: [], undo: null, notes: [] };
  const reasons = await rebootReasons(output, ask);
  const diff = before === output ? null : await ask(['nix', 'store', 'diff-closures', before, output]);
  return {
    preconditions: [
      { kind: 'store-path', name: CURRENT, value: before },
      { kind: 'store-path', name: PROFILE, value: profile },
      { kind: 'store-path', name: 'what is activated', value: output },
    ],
    undo: {
      text: `${before} is activated again`,
      commands: stepsBack(before, profile).map(({ argv }) => argv),
      state: { before, profile, verb: input.verb },
    },
    ...(input.verb === 'deploy' ? { confirm: ['nixos-rebuild', 'switch', `--store-path=${output}`] } : {}),
    notes: [
      // Equal versions hide from a comparison of closures: only the paths tell.
      before === output ? 'it is the system that runs now' : `from ${before}`,
      ...(typeof diff === 'string' || diff === null
        ? []
        : diff.output.trim().split('\n').filter(Boolean).slice(0, 5)),
      ...(reasons.length === 0 ? [] : [`needs a reboot to take effect: ${reasons.join(', ')}`]),
    ],
  };
}

/**
 * What a commit builds is the same every time, and nothing else may be in the files. What was tested is what is switched
 * to: the system that is active then, not what the files say by then.
 */
async function prepareFlake(flake: string, ask: Ask): Promise<Prepared | { problem: string }> {
  const folder = flake.split('#')[0] || '.';
  const before = await linkTo(CURRENT, ask);
  if (typeof before !== 'string') return before;
  const profile = await linkTo(PROFILE, ask);
  if (typeof profile !== 'string') return profile;
  const head = await ask(['git', '-C', folder, 'rev-parse', 'HEAD']);
  const commit = typeof head === 'string' || head.exit !== 0 ? '' : head.output.trim();
  if (!/^[0-9a-f]{40,64}$/.test(commit))
    return {
      problem: `${folder} has no commit that it could be built from: build it first, and deploy its output`,
    };
  const status = await ask(['git', '-C', folder, 'status', '--porcelain']);
  if (typeof status === 'string' || status.exit !== 0 || status.output.trim() !== '')
    return {
      problem: `${folder} holds what nobody has committed: commit it first, so that a yes is to one state`,
    };
  return {
    preconditions: [
      { kind: 'store-path', name: CURRENT, value: before },
      { kind: 'store-path', name: PROFILE, value: profile },
      { kind: 'git-commit', name: folder, value: commit },
    ],
    undo: {
      text: `${before} is activated again`,
      commands: stepsBack(before, profile).map(({ argv }) => argv),
      state: { before, profile, verb: 'deploy' },
    },
    confirm: ['nixos-rebuild', 'switch', `--store-path=${CURRENT}`],
    notes: [
      `built from commit ${commit.slice(0, 12)} of ${folder}`,
      'what differs is known once it is built',
    ],
  };
}

/** The profile first: what is activated is then also what the next boot takes. */
function stepsBack(before: string, profile: string): { argv: string[] }[] {
  return [
    { argv: ['nix-env', '--profile', PROFILE, '--set', profile] },
    { argv: [`${before}/bin/switch-to-configuration`, before === profile ? 'switch' : 'test'] },
  ];
}

async function goBack({ state, text }: TypedUndo, _pin: Pin, ask: Ask, act: Ask): Promise<Reading> {
  const { before, profile } = state as { before: string; profile: string };
  const now = await linkTo(CURRENT, ask);
  const then = await linkTo(PROFILE, ask);
  const isDone = [then === profile, now === before && then === profile];
  for (const [index, { argv }] of stepsBack(before, profile).entries()) {
    if (isDone[index] === true) continue;
    const ran = await act(argv);
    if (typeof ran === 'string') return { ok: false, detail: ran, data: null };
    // 4: it is active, and that is what a way back is for; units that failed are what the verification looks at.
    if (ran.exit !== 0 && ran.exit !== 4)
      return { ok: false, detail: `${text}: ${firstLine(ran)}`, data: null };
  }
  const last = await linkTo(CURRENT, ask);
  return { ok: last === before, detail: last === before ? text : `${CURRENT} is not ${before}`, data: null };
}
