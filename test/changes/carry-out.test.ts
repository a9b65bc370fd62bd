import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { carryOut, notesOf, type Plan, planChange } from '../../src/changes/index.ts';
import type { Change, ChangeStep } from '../../src/protocol/change.ts';
import {
  Crash,
  createMachine,
  FAULTS,
  type Fault,
  type Machine,
  type MachineOptions,
  NEW,
} from './machine.ts';

interface Case extends Pick<MachineOptions, 'isNewBad'> {
  units: ('active' | 'inactive')[];
  steps: ('edit' | 'write' | 'mkdir' | 'call' | 'restart')[];
  isFolderThere: boolean;
  hasGit: boolean;
  faults: Fault[];
}

const STEPS: Record<Case['steps'][number], ChangeStep> = {
  edit: { kind: 'edit', file: '/etc/{target}.conf', find: 'port=80\n', replace: NEW },
  write: { kind: 'write', file: '/srv/new/{target}/x.conf', text: 'x' },
  mkdir: { kind: 'run', line: 'mkdir /srv/made-{target}' },
  call: { kind: 'call', tool: 'Consul', input: { key: 'k-{target}', value: 'v' } },
  restart: { kind: 'run', line: 'systemctl restart {target}.service' },
};

async function prepare({
  units,
  isNewBad,
  steps,
  isFolderThere,
  hasGit,
}: Case): Promise<{ machine: Machine; plan: Plan }> {
  const names = units.map((_, index) => `app${index + 1}`);
  const machine = createMachine({
    units: Object.fromEntries(names.map((name, index) => [name, units[index] ?? 'active'])),
    isNewBad,
    folders: isFolderThere ? ['/srv/made-app1', '/srv/new'] : [],
  });
  const change: Change = {
    title: 'Serve on 8080',
    targets: names.map((unit) => ({ unit })),
    why: null,
    evidence: [],
    preflight: [],
    apply: [...new Set(steps)].map((step) => STEPS[step]),
    verify: [{ what: { kind: 'run', line: 'look {target}' }, expect: 'exit 0', withinMs: 0, forMs: 0 }],
    rollback: 'auto',
    window: null,
    ...(hasGit ? { git: { branch: 'b', message: 'm' } } : {}),
  };
  const made = await planChange(change, { id: 'X1', invariants: [] }, machine.ports());
  if ('problems' in made) throw new Error(JSON.stringify(made.problems));
  // As whoever recovers reads it.
  return { machine, plan: JSON.parse(JSON.stringify(made.plan)) as Plan };
}

/** Carried out, and taken up again after each crash, until its log says how it ended. */
async function live({ machine, plan }: Awaited<ReturnType<typeof prepare>>, faults: readonly Fault[]) {
  machine.begin(faults);
  for (let round = 0; round < 200; round += 1) {
    const events = machine.log();
    const ended = events.find((event) => event.type === 'change.ended');
    if (ended !== undefined) return ended;
    const ports = machine.ports();
    try {
      if (round === 0) await carryOut(plan, ports);
      else {
        ports.record({ type: 'change.cut', change: 'X1' });
        await carryOut(plan, ports, [...notesOf(events, 'X1'), { kind: 'cut-off' }]);
      }
    } catch (error) {
      if (!(error instanceof Crash)) throw error;
    }
  }
  throw new Error('it never ends');
}

/** A few, anywhere in the hundred or so things that a change asks of its machine. */
const faults = fc
  .array(fc.tuple(fc.nat(130), fc.constantFrom(...FAULTS)), { maxLength: 8 })
  .map((some) => some.reduce<Fault[]>((all, [at, what]) => all.with(at, what), Array<Fault>(131).fill('ok')));
const anyCase: fc.Arbitrary<Case> = fc.record({
  units: fc.array(fc.constantFrom('active' as const, 'inactive' as const), { minLength: 1, maxLength: 2 }),
  steps: fc
    .subarray(['write', 'mkdir', 'call'] as const)
    .chain((more) => fc.shuffledSubarray(['edit', 'restart', ...more] as const, { minLength: 2 })),
  isNewBad: fc.boolean(),
  isFolderThere: fc.boolean(),
  hasGit: fc.boolean(),
  faults,
});

/** As it has to be when these targets hold and the others are as before. */
async function expected(one: Case, held: number): Promise<Record<string, string>> {
  const before = await prepare({ ...one, isNewBad: false });
  if (held === 0) return before.machine.state();
  const some = { ...before.plan, work: before.plan.work.slice(0, held) };
  const end = await live({ machine: before.machine, plan: some }, []);
  if (end.end !== 'held') throw new Error(`this one cannot hold at all: ${end.message}`);
  return before.machine.state();
}

/** Its end, and whether the machine is in the state that it says. */
async function check(one: Case) {
  const prepared = await prepare(one);
  const { machine, plan } = prepared;
  const end = await live(prepared, one.faults);
  switch (end.end) {
    case 'held':
      expect(machine.state()).toEqual(await expected(one, one.units.length));
      if (one.hasGit) expect(end.message).toMatch(/committed/);
      if (end.message.includes('committed as')) expect(machine.branches.size).toBe(1);
      // Looks that failed as well may keep it from being known.
      else if (!one.faults.some((what) => ['refuse', 'fail', 'late-fail'].includes(what)))
        expect(machine.branches.size).toBe(0);
      break;
    case 'refused':
    case 'rolled-back':
      expect(machine.state()).toEqual(await expected(one, heldTargets(plan, machine)));
      expect(machine.branches.size).toBe(0);
      break;
    case 'escalated':
      expect(end.failed).toMatch(/^(rollback|verify-rollback) \d+: ./);
      break;
  }
  return { end, wasCut: machine.log().some(({ type }) => type === 'change.cut') };
}

describe('a change that is carried out', () => {
  it('ends new, old or with the step that a person has to look at, whatever fails and whenever it is killed', async () => {
    const numRuns = process.env.STEWARD_SOAK === 'full' ? 5_000 : 400;
    await fc.assert(
      fc.asyncProperty(anyCase, async (one) => void (await check(one))),
      { numRuns },
    );
  }, 300_000);

  it.each(['crash', 'late-crash'] as const)(
    'is new or old after a %s at each single thing that it does',
    async (kill) => {
      const rich: Case = {
        units: ['active', 'inactive'],
        steps: ['edit', 'write', 'mkdir', 'call', 'restart'],
        isNewBad: false,
        isFolderThere: true,
        hasGit: false,
        faults: [],
      };
      const inGit: Case = { ...rich, steps: ['edit', 'restart'], hasGit: true };
      const ends = new Set<string>();
      for (const one of [rich, { ...rich, isNewBad: true }, inGit]) {
        for (let at = 0, isOver = false; !isOver; at += 1) {
          const { end, wasCut } = await check({ ...one, faults: [...Array<Fault>(at).fill('ok'), kill] });
          expect(end.end, `${kill} ${at}: ${end.failed}: ${end.message}`).not.toBe('escalated');
          if (one.hasGit && end.end === 'held')
            expect(end.message, `${kill} ${at}`).toContain('committed as');
          ends.add(end.end);
          isOver = !wasCut;
        }
      }
      expect([...ends].sort()).toEqual(['held', 'refused', 'rolled-back']);
    },
    120_000,
  );
});

/** How many targets in a row were verified and confirmed, as the log has it. */
function heldTargets({ work }: Plan, machine: Machine): number {
  const notes = notesOf(machine.log(), 'X1');
  const first = work.findIndex(
    (_, target) =>
      !notes.some(
        (note) => note.kind === 'finished' && note.ok && note.target === target && note.phase === 'verify',
      ) ||
      notes.some((note) => note.kind !== 'cut-off' && note.target === target && note.phase === 'rollback'),
  );
  return first === -1 ? work.length : first;
}
