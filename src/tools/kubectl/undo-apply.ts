import type { Ask, Pin, Reading, TypedUndo } from '../../protocol/typed-call.ts';
import { firstLine, type Prepared } from '../typed/typed-program.ts';
import type { KubeObject } from './objects.ts';

/** One place that an apply changes, as a list of keys. What was or is not there is left out. */
export interface Difference {
  path: string[];
  before?: unknown;
  after?: unknown;
}

/** `differences` null: it was not there, and goes again. */
interface AppliedObject {
  object: string;
  differences: Difference[] | null;
}

/** What only a server writes: kubernetes.io, "ObjectMeta", and what its controllers note on objects of ours. */
const OF_THE_SERVER = new Set([
  ...[
    'uid',
    'resourceVersion',
    'generation',
    'creationTimestamp',
    'deletionTimestamp',
    'managedFields',
    'selfLink',
  ],
]);
const OF_CONTROLLERS = new Set(['deployment.kubernetes.io/revision']);
/** A word of a command is no longer than 128 KiB: execve(2), MAX_ARG_STRLEN. */
const LARGEST = 100_000;

/**
 * How an apply is undone: each place that it changes is put back, and no other, by a patch that the server takes only for
 * the state that was looked at. null: it is more than a command can hold.
 */
export function undoOfApply(
  before: readonly KubeObject[],
  after: readonly KubeObject[],
  pin: Pin,
): TypedUndo | null {
  const objects = after.map((object, index): AppliedObject => {
    const old = before[index];
    const name = `${object.kind}/${object.name}`;
    if (old === undefined || old.version === null) return { object: name, differences: null };
    return { object: name, differences: differencesOf(cleaned(old.raw), cleaned(object.raw)) };
  });
  const changed = objects
    .filter(({ differences }) => differences === null || differences.length > 0)
    .reverse();
  if (changed.some(({ differences }) => JSON.stringify(differences).length > LARGEST)) return null;
  const words = changed.map(({ object, differences }) =>
    differences === null ? `${object} is deleted` : `${object} as it was (${differences.length} places)`,
  );
  return {
    text: words.join(', '),
    commands: changed.map(({ object, differences }) =>
      differences === null ? deletionOf(object, pin) : patchOf(object, [], pin),
    ),
    state: { objects: changed },
  };
}

/** An object without what a server writes into it by itself. */
export function cleaned(raw: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { status: _, ...rest } = raw;
  const metadata = without(asObject(rest.metadata) ?? {}, OF_THE_SERVER);
  const annotations = asObject(metadata.annotations);
  if (annotations !== null) metadata.annotations = without(annotations, OF_CONTROLLERS);
  return { ...rest, metadata };
}

function without(from: Record<string, unknown>, names: ReadonlySet<string>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(from).filter(([name]) => !names.has(name)));
}

/** The narrowest places in which they differ; lists are compared as a whole. */
export function differencesOf(before: unknown, after: unknown, path: string[] = []): Difference[] {
  if (isSame(before, after)) return [];
  const [one, other] = [asObject(before), asObject(after)];
  if (one === null || other === null) {
    return [{ path, ...(before === undefined ? {} : { before }), ...(after === undefined ? {} : { after }) }];
  }
  const names = [...new Set([...Object.keys(one), ...Object.keys(other)])].sort();
  return names.flatMap((name) => differencesOf(one[name], other[name], [...path, name]));
}

function asObject(value: unknown): Record<string, unknown> | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : null;
}

/** Servers keep no order of keys. */
function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(sorted(one)) === JSON.stringify(sorted(other));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  const object = asObject(value);
  return object === null
    ? value
    : Object.fromEntries(
        Object.keys(object)
          .sort()
          .map((name) => [name, sorted(object[name])]),
      );
}

function at(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((inner, name) => asObject(inner)?.[name], value);
}

type Look = (object: string) => Promise<{ object: KubeObject | null } | { problem: string }>;

/** Each object to what it was, from what it was and from what the apply made of it; what is neither is left as it is. */
export async function undoApply({ state }: TypedUndo, pin: Pin, look: Look, act: Ask): Promise<Reading> {
  for (const one of (state as unknown as { objects: AppliedObject[] }).objects) {
    const why = await goBackWith(one, pin, look, act);
    if (why !== null) return { ok: false, detail: `${one.object}: ${why}`, data: null };
  }
  return { ok: true, detail: 'the objects are as they were', data: null };
}

/** null: it is as it was. */
async function goBackWith(
  { object, differences }: AppliedObject,
  pin: Pin,
  look: Look,
  act: Ask,
): Promise<string | null> {
  const now = await look(object);
  if ('problem' in now) return now.problem;
  if (differences === null) {
    return now.object === null ? null : ended(await act(deletionOf(object, pin)), () => isGone(object, look));
  }
  if (now.object === null) return 'somebody has deleted it since';
  const { raw, version } = now.object;
  const open = differences.filter(({ path, before }) => !isSame(at(raw, path), before));
  if (open.length === 0) return null;
  const strange = open.find(({ path, after }) => !isSame(at(raw, path), after));
  if (strange !== undefined)
    return `somebody has changed ${strange.path.join('.')} since; it is left as it is`;
  const patch = [
    { op: 'test', path: '/metadata/resourceVersion', value: version },
    ...open.map(({ path, before, after }) =>
      before === undefined
        ? { op: 'remove', path: pointer(path) }
        : { op: after === undefined ? 'add' : 'replace', path: pointer(path), value: before },
    ),
  ];
  return ended(await act(patchOf(object, patch, pin)), async () => {
    const then = await look(object);
    if ('problem' in then) return then.problem;
    const left = open.find(({ path, before }) => !isSame(at(then.object?.raw, path), before));
    return left === undefined ? null : `${left.path.join('.')} is not as it was`;
  });
}

async function ended(
  ran: Awaited<ReturnType<Ask>>,
  proof: () => Promise<string | null>,
): Promise<string | null> {
  if (typeof ran === 'string') return ran;
  return ran.exit === 0 ? proof() : firstLine(ran);
}

async function isGone(object: string, look: Look): Promise<string | null> {
  const now = await look(object);
  if ('problem' in now) return now.problem;
  return now.object === null ? null : 'it is still there';
}

/** RFC 6901. */
function pointer(path: readonly string[]): string {
  return path.map((name) => `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

function deletionOf(object: string, pin: Pin): string[] {
  return ['kubectl', 'delete', object, '--wait=true', ...wordsOf(pin)];
}

function patchOf(object: string, patch: readonly object[], pin: Pin): string[] {
  return ['kubectl', 'patch', object, '--type=json', `--patch=${JSON.stringify(patch)}`, ...wordsOf(pin)];
}

function wordsOf({ context, server, namespace }: Pin): string[] {
  return [`--context=${context}`, `--server=${server}`, `--namespace=${namespace}`];
}

/** What the plan says where there is no undo. */
export function noteOf(undo: TypedUndo | null): Prepared['notes'] {
  return undo === null ? ['too large to be put back by a command: give a rollback'] : [];
}
