import { createHash } from 'node:crypto';
import { dirname } from 'node:path';
import type { ChangePorts } from '../../src/changes/index.ts';
import { OpsError } from '../../src/lib/ops-error.ts';
import { type Action, describeAction } from '../../src/protocol/action.ts';
import type { ChangeEvent } from '../../src/protocol/change-event.ts';
import { Permit } from '../../src/protocol/permit.ts';
import type { TypedCalls, TypedWork } from '../../src/protocol/typed-call.ts';
import type { Judgement } from '../../src/protocol/verdict.ts';
import { createFakeClock } from '../fakes/clock.ts';
import { createFakeFiles } from '../fakes/files.ts';
import { createFakeHttp } from '../fakes/http.ts';
import { createFakeProcesses } from '../fakes/processes.ts';

/** What becomes of one thing that is asked of the machine. */
export const FAULTS = ['ok', 'refuse', 'fail', 'late-fail', 'crash', 'late-crash'] as const;
export type Fault = (typeof FAULTS)[number];

/** Whoever carried the change out is gone: nothing that it wanted happens any more. */
export class Crash extends Error {}

export const OLD = 'port=80\n';
export const NEW = 'port=8080\n';
const HEAD = 'h'.repeat(40);

/** A machine with files, units, a key store and a repository at /etc, on which everything can go wrong. */
export interface Machine {
  /** What is true of it; survives every crash. */
  state(): Record<string, string>;
  /** On disk; what was not yet synced is lost in part. */
  log(): ChangeEvent[];
  /** A process of its own; the faults of the one before are what is left of them. */
  ports(): ChangePorts;
  /** From here on things go wrong. */
  begin(faults: readonly Fault[]): void;
  branches: Map<string, { message: string; blobs: Map<string, string> }>;
}

export interface MachineOptions {
  units: Record<string, 'active' | 'inactive'>;
  /** A unit that starts with the new settings fails. */
  isNewBad: boolean;
  folders: readonly string[];
}

export function createMachine({ units: given, isNewBad, folders }: MachineOptions): Machine {
  const units = new Map(Object.entries(given).map(([unit, active]) => [unit, { active, file: 'enabled' }]));
  const texts = Object.fromEntries(Object.keys(given).map((unit) => [`/etc/${unit}.conf`, OLD]));
  const inner = createFakeFiles({
    ...texts,
    '/etc/.git/': '',
    '/srv/': '',
    ...Object.fromEntries(folders.map((folder) => [`${folder}/`, ''])),
  });
  const kv = new Map<string, string>();
  const branches: Machine['branches'] = new Map();
  const kept = new Map<string, string>();
  const log: ChangeEvent[] = [];
  let pending: ChangeEvent[] = [];
  let faults: Fault[] = [];
  let isOn = false;
  const clock = createFakeClock({ isSelfAdvancing: true });

  const isFolder = (path: string): boolean => inner.contents.has(`${path}/`);
  const hasInside = (path: string): boolean =>
    [...inner.contents.keys()].some((other) => other.startsWith(`${path}/`) && other !== `${path}/`);

  function start(unit: string): number {
    const conf = inner.text(`/etc/${unit}.conf`);
    const works = conf === OLD || (conf === NEW && !isNewBad);
    units.set(unit, { active: works ? 'active' : 'inactive', file: 'enabled' });
    return works ? 0 : 1;
  }

  /** What programs do; exit status and output. */
  function act(command: string): { exitCode: number; stdout?: string; stderr?: string } {
    const words = command.split(' ').map((word) => word.replace(/^'(.*)'$/, '$1'));
    const [program, verb, ...rest] = words;
    const last = words.at(-1) ?? '';
    switch (program) {
      case 'systemctl': {
        const unit = last.replace('.service', '');
        const known = units.get(unit);
        if (known === undefined) return { exitCode: 5 };
        if (verb === 'show')
          return { exitCode: 0, stdout: `ActiveState=${known.active}\nUnitFileState=${known.file}\n` };
        if (verb === 'restart') return { exitCode: start(unit) };
        if (verb !== 'stop') return { exitCode: 1 };
        units.set(unit, { active: 'inactive', file: known.file });
        return { exitCode: 0 };
      }
      case 'mkdir':
        if (isFolder(last)) return { exitCode: 1, stderr: 'File exists' };
        inner.contents.set(`${last}/`, new Uint8Array());
        return { exitCode: 0 };
      case 'rmdir': {
        if (!isFolder(last)) return { exitCode: 1, stderr: 'No such file or directory' };
        if (hasInside(last)) return { exitCode: command.includes('--ignore-fail') ? 0 : 1 };
        inner.contents.delete(`${last}/`);
        return { exitCode: 0 };
      }
      case 'look': {
        const unit = last;
        const isNew = inner.text(`/etc/${unit}.conf`) === NEW && units.get(unit)?.active === 'active';
        return { exitCode: isNew ? 0 : 1 };
      }
      case 'kv':
        if (verb === 'get') return { exitCode: 0, stdout: kv.get(last) ?? '' };
        if (verb === 'delete') kv.delete(last);
        else kv.set(rest[0] ?? '', rest[1] ?? '');
        return { exitCode: 0 };
      case 'git':
        return git(words.slice(1));
      default:
        if (command.includes('git commit-tree')) return commit(command);
        throw new Error(`nothing here does ${command}`);
    }
  }

  function git(words: readonly string[]): { exitCode: number; stdout?: string } {
    const ref = (words.at(-1) ?? '').replace('refs/heads/', '');
    const said = (text: string | undefined) =>
      text === undefined ? { exitCode: 1 } : { exitCode: 0, stdout: `${text}\n` };
    if (words.includes('--show-toplevel')) return said('/etc');
    if (words[0] === 'ls-files') return { exitCode: 0, stdout: '' };
    if (words[0] === 'log') return said(branches.get(ref)?.message);
    if (ref === 'HEAD') return said(HEAD);
    if (ref.startsWith('HEAD:'))
      return said(texts[`/etc/${ref.slice(5)}`] === undefined ? undefined : blob(OLD));
    if (ref.includes(':')) {
      const [branch = '', path = ''] = ref.split(':');
      return said(branches.get(branch)?.blobs.get(path));
    }
    if (ref.endsWith('^')) return said(branches.has(ref.slice(0, -1)) ? HEAD : undefined);
    return said(branches.has(ref) ? 'c'.repeat(40) : undefined);
  }

  function commit(line: string): { exitCode: number; stdout?: string } {
    const branch = /refs\/heads\/(\w+)/.exec(line)?.[1] ?? '';
    if (branches.has(branch)) return { exitCode: 128 };
    const paths = [...(/--add -- ((?:'[^']+' ?)+)/.exec(line)?.[1] ?? '').matchAll(/'([^']+)'/g)].map(
      (m) => m[1] ?? '',
    );
    const blobs = new Map(paths.map((path) => [path, blob(inner.text(`/etc/${path}`) ?? '')]));
    branches.set(branch, { message: /-m '([^']+)'/.exec(line)?.[1] ?? '', blobs });
    return { exitCode: 0, stdout: `${'c'.repeat(40)}\n` };
  }

  function ports(): ChangePorts {
    let isDead = false;
    const die = (): never => {
      isDead = true;
      // Some of what was not synced has reached the disk all the same.
      log.push(...pending.slice(0, pending.length % 3));
      pending = [];
      throw new Crash();
    };
    const point = (): Fault => {
      if (isDead) throw new Crash();
      const fault = isOn ? (faults.shift() ?? 'ok') : 'ok';
      if (fault === 'crash') die();
      return fault;
    };
    /** What can only be cut off. */
    const quiet = <T>(work: () => T): T => {
      const fault = point();
      const done = work();
      if (fault === 'late-crash') die();
      return done;
    };
    const sync = (): void => {
      log.push(...pending);
      pending = [];
    };
    let fault: Fault = 'ok';
    const processes = createFakeProcesses(
      (command) => {
        if (fault === 'fail') return { exitCode: 1, stderr: 'a fault' };
        const done = act(command);
        return fault === 'late-fail' ? { ...done, exitCode: 1, stderr: 'a late fault' } : done;
      },
      { clock },
    );
    const gate: ChangePorts['gate'] = {
      async perform(request, run) {
        fault = point();
        const judgement = judge(request.action);
        if (fault === 'refuse') return { kind: 'refused', judgement, reason: 'it is refused' };
        if (judgement.effect !== 'observe') sync();
        const now = fault;
        const { value } = await run(Permit.mint(request.id, judgement.effect, judgement.action), judgement);
        if (now === 'late-crash') die();
        return { kind: 'done', judgement, value };
      },
    };
    const failing = async (work: () => Promise<void>): Promise<void> => {
      if (fault === 'fail') throw new OpsError('disk', 'tool', 'the disk says no');
      await work();
      if (fault === 'late-fail') throw new OpsError('disk', 'tool', 'the disk says no, too late');
    };
    return {
      gate,
      origin: 'change',
      judge: async (action) => judge(action),
      foresee: async () => null,
      toAction: (line, cwd) => ({ kind: 'process', argv: line.split(' '), cwd }),
      typed,
      processes,
      files: {
        ...inner,
        write: (permit) =>
          failing(async () => {
            await inner.write(permit);
            for (const path of [...inner.contents.keys()]) {
              for (let folder = dirname(path); folder !== '/'; folder = dirname(folder)) {
                inner.contents.set(`${folder}/`, new Uint8Array());
              }
            }
          }),
        remove: (permit) => failing(() => inner.remove(permit)),
      },
      http: createFakeHttp({}),
      clock,
      evaluate: async () => true,
      probe: async () => ({ ok: true, detail: '', facts: {}, findings: 0 }),
      prometheus: null,
      kept: {
        write: async (name, text) => quiet(() => void kept.set(name, text)),
        read: async (name) => kept.get(name),
        pathOf: (name) => `/var/lib/steward/${name}`,
      },
      copyOf: async (name) => `/tmp/${name}`,
      secrets: { isSecret: () => false, isSecretLink: () => false },
      record: (event) => quiet(() => void pending.push(event)),
      sync: async () => quiet(sync),
      mask: (text) => text,
      hostname: 'here',
      deadManMs: 300_000,
      ground: { unit: null, interfaces: [], folders: [], isModelHere: false },
      cwd: '/etc',
      signal: new AbortController().signal,
    };
  }

  return {
    branches,
    ports,
    log: () => [...log, ...pending],
    begin(wanted) {
      faults = [...wanted];
      isOn = true;
    },
    state: () =>
      Object.fromEntries([
        ...[...inner.contents.keys()]
          .filter((path) => path !== '/etc/' && path !== '/etc/.git/')
          .sort()
          .map((path) => [path, inner.text(path) ?? '']),
        ...[...units].map(([unit, { active }]) => [unit, active]),
        ...[...kv].map(([key, value]) => [`kv ${key}`, value]),
      ]),
  };
}

function judge(action: Action): Judgement {
  const words = action.kind === 'process' ? action.argv : [];
  const isLook =
    action.kind === 'read' ||
    ['look', 'git'].includes(words[0] ?? '') ||
    ['show', 'get'].includes(words[1] ?? '');
  return {
    verdict: 'allow',
    effect: isLook ? 'observe' : 'disruptive',
    rule: 'spec:fake',
    reason: describeAction(action),
    target: { kind: 'none', name: '' },
    action,
    commands: [words],
  };
}

/** A key store without an index of its own: what was before is what is put back. */
const typed: TypedCalls = {
  async plan(_tool, input) {
    const key = String(input.key);
    const value = String(input.value);
    const work: TypedWork = {
      tool: 'Consul',
      input,
      pin: {},
      argv: ['kv', 'put', key, value],
      cwd: '/',
      text: `put ${key}`,
      preconditions: [],
      undo: { text: `take ${key} away`, commands: [['kv', 'delete', key]], state: { after: value } },
      confirm: null,
    };
    return work;
  },
  look: async () => ({ problem: 'nothing to look at' }),
  moved: async () => null,
  read: (_work, { exit }) => ({ ok: exit === 0, detail: `exit ${exit}`, data: null }),
  learn: async () => null,
  async goBack({ argv, undo }, ask, act) {
    const key = argv[2] ?? '';
    const now = await ask(['kv', 'get', key]);
    if (typeof now === 'string' || now.exit !== 0) return { ok: false, detail: 'not to be read', data: null };
    if (now.output === '') return { ok: true, detail: 'it is as it was', data: null };
    if (now.output !== undo?.state.after) return { ok: false, detail: 'somebody else', data: null };
    const done = await act(['kv', 'delete', key]);
    const ok = typeof done !== 'string' && done.exit === 0;
    return { ok, detail: ok ? 'done' : 'it failed', data: null };
  },
};

function blob(text: string): string {
  return createHash('sha1')
    .update(`blob ${Buffer.byteLength(text)}\0${text}`)
    .digest('hex');
}
