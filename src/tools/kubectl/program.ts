import type { Ask, CallAids, Pin, Ran, Reading, TypedUndo } from '../../protocol/typed-call.ts';
import { buildArgv, FILE, type FieldRule, type Input, type Verbs } from '../typed/build-argv.ts';
import {
  asJson,
  firstLine,
  isProblem,
  type Prepared,
  readPlain,
  type TypedProgram,
} from '../typed/typed-program.ts';
import { fluxOwner, type KubeObject, objectsOf } from './objects.ts';
import { noteOf, undoApply, undoOfApply } from './undo-apply.ts';

const KIND: FieldRule = { kind: /^(?!.*secret)[a-z][a-z0-9.]*$/i, isRequired: true };
const OBJECT: FieldRule = { kind: /^(?!secret)[a-z][a-z0-9.]*\/[a-z0-9][a-z0-9.-]*$/i, isRequired: true };
const POD: FieldRule = { kind: /^(?:[a-z]+\/)?[a-z0-9][a-z0-9.-]*$/, isRequired: true };
const FROM: FieldRule = { kind: FILE, option: '--filename', isRequired: true };

const NO_SERVER = ['--context', '--namespace'];

const VERBS: Verbs = {
  get: {
    words: ['get'],
    always: ['--output=json'],
    fields: {
      kind: KIND,
      name: { kind: /^[a-z0-9][a-z0-9.-]*$/ },
      selector: { kind: /^[\w./=!,-]+$/, option: '--selector' },
    },
  },
  describe: { words: ['describe'], fields: { object: OBJECT } },
  events: { words: ['events'], always: ['--types=Warning'], fields: {} },
  logs: {
    words: ['logs'],
    fields: {
      lines: { kind: 'number', option: '--tail' },
      container: { kind: /^[a-z0-9-]+$/, option: '--container' },
      previous: { kind: 'flag', option: '--previous' },
      pod: POD,
    },
  },
  diff: { words: ['diff'], always: ['--server-side'], fields: { file: FROM } },
  'rollout-status': { words: ['rollout', 'status'], always: ['--watch=false'], fields: { object: OBJECT } },
  // Its spec tells the dry run from the real one by the words; the server behind the context is compared right before.
  apply: {
    words: ['apply'],
    always: ['--server-side', '--field-manager=steward'],
    pins: NO_SERVER,
    fields: { file: FROM },
  },
  'rollout-restart': { words: ['rollout', 'restart'], fields: { object: OBJECT } },
  'rollout-undo': { words: ['rollout', 'undo'], fields: { object: OBJECT } },
  scale: {
    words: ['scale'],
    fields: { replicas: { kind: 'number', option: '--replicas', isRequired: true }, object: OBJECT },
  },
};
const OBSERVING = ['get', 'describe', 'events', 'logs', 'diff', 'rollout-status'];

/** The context is named in every call, and its server in every call with an effect. */
export const kubectl: TypedProgram = {
  name: 'Kubectl',
  program: 'kubectl',
  verbs: VERBS,
  observing: OBSERVING,
  async pin(input, _around, ask) {
    const answer = await ask(['kubectl', 'config', 'view', '--minify', '--output=json']);
    const raw = typeof answer === 'string' || answer.exit !== 0 ? null : asJson(answer.output);
    const config = raw as {
      'current-context'?: unknown;
      contexts?: { context?: { namespace?: unknown } }[];
      clusters?: { cluster?: { server?: unknown } }[];
    } | null;
    const context = config?.['current-context'];
    const server = config?.clusters?.[0]?.cluster?.server;
    if (typeof context !== 'string' || typeof server !== 'string' || /\s/.test(context + server)) {
      return { problem: `kubectl has no current context with a server: ${firstLine(answer)}` };
    }
    const own = config?.contexts?.[0]?.context?.namespace;
    const namespace = input.namespace ?? (typeof own === 'string' ? own : 'default');
    if (typeof namespace !== 'string' || !/^[a-z0-9][a-z0-9-]*$/.test(namespace)) {
      return { problem: `namespace is not valid: ${JSON.stringify(namespace)}` };
    }
    return { context, server, namespace };
  },
  describe: ({ context, server, namespace }) => `${context} (${server}), namespace ${namespace}`,
  toArgv: build,
  read: readKubectl,
  prepare,
  goBack,
};

function build(input: Input, { context, server, namespace }: Pin) {
  const { namespace: _namespace, ...fields } = input;
  const isEffect = !OBSERVING.includes(String(input.verb));
  return buildArgv('kubectl', VERBS, fields, {
    '--context': context ?? '',
    '--server': isEffect ? (server ?? '') : '',
    '--namespace': namespace ?? '',
  });
}

/** kubectl-diff(1): 0 the same, 1 differs, above it is an error. */
function readKubectl(input: Input, ran: Ran): Reading {
  const { exit, output } = ran;
  if (input.verb === 'diff' && !ran.timedOut && (exit === 0 || exit === 1)) {
    return { ok: true, detail: exit === 0 ? 'no difference' : 'it differs', data: null };
  }
  const reading = readPlain(ran, String(input.verb));
  return reading.ok && input.verb === 'get' ? { ...reading, data: asJson(output) } : reading;
}

const NO_UNDO = 'rollout-restart';

async function prepare(input: Input, pin: Pin, aids: CallAids): Promise<Prepared | { problem: string }> {
  if (OBSERVING.includes(String(input.verb))) return { preconditions: [], undo: null, notes: [] };
  if (input.verb !== 'apply') return prepareOne(input, pin, aids.ask);
  const file = await aids.future(String(input.file));
  if (file === null) return { problem: `there is no file ${input.file}` };
  const dry = await aids.ask([
    ...['kubectl', 'apply', '--dry-run=server', '--server-side', '--output=json', '--field-manager=steward'],
    ...[`--context=${pin.context}`, `--namespace=${pin.namespace}`, `--filename=${file.at}`],
  ]);
  if (typeof dry === 'string') return { problem: dry };
  if (dry.exit !== 0) return { problem: `the server would not take ${file.path}: ${firstLine(dry)}` };
  const objects = objectsOf(asJson(dry.output));
  if (objects.length === 0) return { problem: `${file.path} describes no object` };
  const now: KubeObject[] = [];
  for (const { kind, name } of objects) {
    const found = await lookAt(`${kind}/${name}`, pin, aids.ask);
    if (isProblem(found)) return found;
    now.push(found.object ?? { kind, name, version: null, labels: {}, replicas: null, raw: {} });
  }
  const owned = [...objects, ...now].flatMap((object) => fluxOwner(object) ?? []);
  if (owned[0] !== undefined) return byFlux(owned[0], 'declared-elsewhere');
  const diff = build({ verb: 'diff', file: file.at }, pin);
  const differs = isProblem(diff) ? diff.problem : await aids.ask(diff.argv);
  if (typeof differs === 'string') return { problem: differs };
  const reading = readKubectl({ verb: 'diff' }, differs);
  if (!reading.ok) return { problem: `${file.path}: ${reading.detail}: ${firstLine(differs)}` };
  if (differs.exit === 0) return { problem: `${file.path}: it is so already` };
  const undo = undoOfApply(now, objects, pin);
  return {
    preconditions: [
      ...now.map(({ kind, name, version }) => versionOf(`${kind}/${name}`, pin, version)),
      { kind: 'file', name: file.path, value: file.sha256 },
    ],
    undo,
    notes: [
      `${objects.length} objects: ${objects.map(({ kind, name }) => `${kind}/${name}`).join(', ')}`,
      ...noteOf(undo),
    ],
  };
}

async function prepareOne(input: Input, pin: Pin, ask: Ask): Promise<Prepared | { problem: string }> {
  const name = String(input.object);
  const now = await lookAt(name, pin, ask);
  if (isProblem(now)) return now;
  if (now.object === null) return { problem: `there is no ${name} in ${pin.namespace}` };
  const owner = fluxOwner(now.object);
  if (owner !== undefined && input.verb !== NO_UNDO) return byFlux(owner);
  const { version, replicas } = now.object;
  return {
    preconditions: [versionOf(name, pin, version)],
    undo: input.verb === 'scale' && replicas !== null ? undoScale(name, replicas, pin) : null,
    notes: replicas === null ? [] : [`${replicas} replicas now`],
  };
}

function undoScale(object: string, replicas: number, pin: Pin): TypedUndo {
  const built = build({ verb: 'scale', object, replicas }, pin);
  return {
    text: `scale ${object} to ${replicas}`,
    commands: isProblem(built) ? [] : [built.argv],
    state: { object, replicas },
  };
}

/** `code`: where its manifest is at hand, so that it can be made a commit. */
const byFlux = (owner: string, code?: string) => ({
  problem: `${owner} is managed by Flux, which would undo this at its next reconciliation: make a commit in the repository that it reads instead (a change that edits the manifest there and applies it becomes one by itself)`,
  ...(code === undefined ? {} : { code }),
});

const versionOf = (object: string, { namespace, context }: Pin, value: string | null) => ({
  kind: 'resource-version' as const,
  name: `${object} in ${namespace} of ${context}`,
  value,
});

async function lookAt(
  object: string,
  pin: Pin,
  ask: Ask,
): Promise<{ object: KubeObject | null } | { problem: string }> {
  const [kind = '', name = ''] = object.split('/');
  const built = build({ verb: 'get', kind, name }, pin);
  if (isProblem(built)) return { problem: `${object} is not looked at: ${built.problem}` };
  const ran = await ask(built.argv);
  if (typeof ran === 'string') return { problem: ran };
  if (ran.exit === 1 && /NotFound|not found/.test(ran.error)) return { object: null };
  const [found] = ran.exit === 0 ? objectsOf(asJson(ran.output)) : [];
  return found === undefined ? { problem: `${object} cannot be read: ${firstLine(ran)}` } : { object: found };
}

async function goBack(undo: TypedUndo, pin: Pin, ask: Ask, act: Ask): Promise<Reading> {
  const { state, text } = undo;
  if ('objects' in state) return undoApply(undo, pin, (object) => lookAt(object, pin, ask), act);
  const { object, replicas } = state as { object: string; replicas: number };
  const now = await lookAt(object, pin, ask);
  if (isProblem(now)) return { ok: false, detail: now.problem, data: null };
  if (now.object?.replicas === replicas) return { ok: true, detail: `${object} is as it was`, data: null };
  const built = build({ verb: 'scale', object, replicas }, pin);
  if (isProblem(built)) return { ok: false, detail: built.problem, data: null };
  const ran = await act(built.argv);
  return typeof ran === 'string' ? { ok: false, detail: ran, data: null } : readPlain(ran, text);
}
