import type { Ask, Pin, Reading, TypedUndo } from '../../protocol/typed-call.ts';
import { buildArgv, FILE, type FieldRule, type Input, type Verbs } from '../typed/build-argv.ts';
import { asJson, firstLine, isProblem, notAnswering, type TypedProgram } from '../typed/typed-program.ts';
import { readNomad, type summarisePlan } from './read-nomad.ts';

const JOB: FieldRule = { kind: /^[A-Za-z0-9_.][\w./@:-]*$/, isRequired: true };
const ALLOCATION: FieldRule = { kind: /^[0-9a-f]{8}[0-9a-f-]*$/, isRequired: true };
const ALLOCATION_PINS = ['-address', '-namespace', '-region'];

const VERBS: Verbs = {
  jobs: { words: ['job', 'status'], fields: {} },
  status: { words: ['job', 'status'], always: ['-json'], fields: { job: JOB } },
  inspect: { words: ['job', 'inspect'], always: ['-json'], fields: { job: JOB } },
  nodes: { words: ['node', 'status'], always: ['-json'], pins: ['-address', '-region'], fields: {} },
  peers: { words: ['operator', 'raft', 'list-peers'], pins: ['-address', '-region'], fields: {} },
  logs: {
    words: ['alloc', 'logs'],
    always: ['-tail'],
    pins: ALLOCATION_PINS,
    fields: {
      lines: { kind: 'number', option: '-n' },
      stderr: { kind: 'flag', option: '-stderr' },
      allocation: ALLOCATION,
      task: { kind: /^[\w.-]+$/ },
    },
  },
  allocation: { words: ['alloc', 'status'], always: ['-json'], fields: { allocation: ALLOCATION } },
  plan: {
    words: ['job', 'plan'],
    always: ['-json-output'],
    fields: { file: { kind: FILE, isRequired: true } },
  },
  run: { words: ['job', 'run'], fields: { file: { kind: FILE, isRequired: true } } },
  stop: { words: ['job', 'stop'], always: ['-yes'], fields: { job: JOB } },
  revert: {
    words: ['job', 'revert'],
    fields: { job: JOB, version: { kind: 'number', isRequired: true } },
  },
  'restart-allocation': { words: ['alloc', 'restart'], fields: { allocation: ALLOCATION } },
};

export const nomad: TypedProgram = {
  name: 'Nomad',
  program: 'nomad',
  verbs: VERBS,
  observing: ['jobs', 'status', 'inspect', 'nodes', 'peers', 'logs', 'allocation', 'plan'],
  async pin(_input, { environment }, ask) {
    const address = environment.NOMAD_ADDR ?? 'http://127.0.0.1:4646';
    if (/\s/.test(address)) return { problem: 'NOMAD_ADDR of the settings is not an address' };
    const namespace = environment.NOMAD_NAMESPACE ?? 'default';
    const answer = await ask(['nomad', 'server', 'members', `-address=${address}`, '-json']);
    const members = typeof answer === 'string' || answer.exit !== 0 ? null : asJson(answer.output);
    if (typeof answer === 'string' || !Array.isArray(members)) {
      return { problem: notAnswering(`Nomad at ${address}`, answer) };
    }
    const region = environment.NOMAD_REGION ?? regionOf(members);
    if (region === undefined) return { problem: `Nomad at ${address} does not say which region it is` };
    return { address, region, namespace };
  },
  describe: ({ address, region, namespace }) => `${address}, region ${region}, namespace ${namespace}`,
  toArgv: build,
  read: readNomad,
  async prepare(input, pin, aids) {
    switch (input.verb) {
      case 'run':
        return prepareRun(input, pin, aids);
      case 'stop':
      case 'revert': {
        const job = String(input.job);
        const now = await inspect(job, pin, aids.ask);
        if ('problem' in now) return now;
        if (now.index === null) return { problem: `there is no job ${job}` };
        const wanted = input.verb === 'revert' ? Number(input.version) : null;
        if (wanted === now.version) return { problem: `job ${job} is at version ${wanted} already` };
        return {
          preconditions: [indexOf(job, pin, now.index)],
          undo: undoTo(job, now, pin),
          notes: [`version ${now.version}, modify index ${now.index} now`],
        };
      }
      default:
        return { preconditions: [], undo: null, notes: [] };
    }
  },
  goBack,
};

function build(input: Input, pin: Pin) {
  return buildArgv('nomad', VERBS, input, {
    '-address': pin.address ?? '',
    '-region': pin.region ?? '',
    '-namespace': pin.namespace ?? '',
  });
}

function regionOf(members: readonly unknown[]): string | undefined {
  for (const member of members) {
    const region = (member as { Tags?: { region?: unknown } } | null)?.Tags?.region;
    if (typeof region === 'string' && /^[\w-]+$/.test(region)) return region;
  }
  return undefined;
}

const indexOf = (job: string, { namespace, address }: Pin, index: number) => ({
  kind: 'nomad-index' as const,
  name: `job ${job} in ${namespace} at ${address}`,
  value: index === 0 ? null : String(index),
});

/** The plan is made of the file as it will be; what it was made for is what `-check-index` holds it to. */
async function prepareRun(
  input: Input,
  pin: Pin,
  { ask, future }: Parameters<NonNullable<TypedProgram['prepare']>>[2],
) {
  const file = await future(String(input.file));
  if (file === null) return { problem: `there is no file ${input.file}` };
  const planned = build({ verb: 'plan', file: file.at }, pin);
  if (isProblem(planned)) return planned;
  const ran = await ask(planned.argv);
  if (typeof ran === 'string') return { problem: ran };
  const reading = readNomad({ verb: 'plan' }, ran);
  if (!reading.ok) return { problem: `${file.path}: ${reading.detail}: ${firstLine(ran)}` };
  const plan = reading.data as ReturnType<typeof summarisePlan>;
  if (plan.failed.length > 0)
    return { problem: `${plan.job} would not be placed: ${plan.failed.join(', ')}` };
  if (plan.type === 'None') return { problem: `${plan.job} is so already: the plan has no difference` };
  const now = plan.index === 0 ? null : await inspect(plan.job, pin, ask);
  if (now !== null && 'problem' in now) return now;
  const built = build(input, pin);
  if (isProblem(built)) return built;
  const at = built.argv.length - 1;
  return {
    argv: [...built.argv.slice(0, at), `-check-index=${plan.index}`, ...built.argv.slice(at)],
    preconditions: [
      indexOf(plan.job, pin, plan.index),
      { kind: 'file' as const, name: file.path, value: file.sha256 },
    ],
    undo: now === null ? undoTo(plan.job, null, pin) : undoTo(plan.job, now, pin),
    notes: [reading.detail],
  };
}

interface Job {
  /** null: there is no such job. */
  index: number | null;
  version: number;
  isStopped: boolean;
}

async function inspect(job: string, pin: Pin, ask: Ask): Promise<Job | { problem: string }> {
  const built = build({ verb: 'inspect', job }, pin);
  if (isProblem(built)) return built;
  const ran = await ask(built.argv);
  if (typeof ran === 'string') return { problem: ran };
  if (ran.exit === 1 && /No job/i.test(`${ran.error}${ran.output}`)) {
    return { index: null, version: 0, isStopped: true };
  }
  const raw = asJson(ran.output) as { Job?: unknown } | null;
  const found = (raw?.Job ?? raw) as { JobModifyIndex?: unknown; Version?: unknown; Stop?: unknown } | null;
  if (ran.exit !== 0 || typeof found?.JobModifyIndex !== 'number' || typeof found.Version !== 'number') {
    return { problem: `job ${job} cannot be read: ${firstLine(ran)}` };
  }
  return { index: found.JobModifyIndex, version: found.Version, isStopped: found.Stop === true };
}

/** null: there was no such job. */
function undoTo(job: string, before: Job | null, pin: Pin): TypedUndo {
  const built = build(undoInput(job, before?.version ?? null), pin);
  return {
    text: before === null ? `stop ${job} again` : `nomad job revert ${job} ${before.version}`,
    commands: isProblem(built) ? [] : [built.argv],
    state: { job, version: before?.version ?? null, index: before?.index ?? null },
  };
}

function undoInput(job: string, version: number | null): Input {
  return version === null ? { verb: 'stop', job } : { verb: 'revert', job, version };
}

async function goBack({ state, text }: TypedUndo, pin: Pin, ask: Ask, act: Ask): Promise<Reading> {
  const { job, version, index } = state as { job: string; version: number | null; index: number | null };
  const now = await inspect(job, pin, ask);
  if ('problem' in now) return { ok: false, detail: now.problem, data: null };
  const isAsItWas = version === null ? now.index === null || now.isStopped : now.index === index;
  if (isAsItWas) return { ok: true, detail: `job ${job} is as it was`, data: null };
  const input = undoInput(job, version);
  const built = build(input, pin);
  if (isProblem(built)) return { ok: false, detail: built.problem, data: null };
  const ran = await act(built.argv);
  if (typeof ran === 'string') return { ok: false, detail: ran, data: null };
  const reading = readNomad(input, ran);
  return {
    ...reading,
    detail: reading.ok ? `${text}: done` : `${text}: ${reading.detail}: ${firstLine(ran)}`,
  };
}
