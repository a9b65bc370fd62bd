import { execFileSync, spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createClock, createIsolation, createMemoryStore, createProcesses } from '../../src/host/index.ts';
import type { HostIsolation } from '../../src/host/isolation.ts';
import { bookOf, createPolicy } from '../../src/policy/index.ts';
import type { Action } from '../../src/protocol/action.ts';
import type { Effect } from '../../src/protocol/effect.ts';
import { type IsolationChoice, type Needs, NO_NEEDS } from '../../src/protocol/isolation.ts';
import type { ProcessOptions } from '../../src/protocol/machine.ts';
import { Permit } from '../../src/protocol/permit.ts';
import { describeProcesses } from '../fakes/processes-contract.ts';
import { makeSocketFolder } from '../socket-folder.ts';

/** Needs bubblewrap, and a kernel that lets it make namespaces: without them these tests fail. */

const home = realpathSync(makeSocketFolder());
const tree = join(home, 'tree');
const state = join(tree, 'state');
const socket = join(home, 'daemon.sock');
const secret = join(home, '.ssh/id_ed25519');
const server: Server = createServer((connection) => connection.end('the daemon speaks\n'));

beforeAll(async () => {
  for (const folder of [
    tree,
    join(tree, '.git/hooks'),
    state,
    join(home, '.ssh'),
    join(home, 'other'),
    join(home, '.kube'),
  ]) {
    mkdirSync(folder, { recursive: true });
  }
  writeFileSync(secret, 'the key\n');
  writeFileSync(join(home, '.kube/config'), 'the cluster\n');
  writeFileSync(join(tree, '.env'), 'PASSWORD=swordfish\n');
  writeFileSync(join(tree, 'notes'), 'notes\n');
  await new Promise<void>((resolve) => server.listen(socket, resolve));
});
afterAll(() => {
  server.close();
  rmSync(home, { recursive: true, force: true });
});

const policy = createPolicy({
  specs: bookOf([]),
  rules: { allow: [], ask: [], deny: [] },
  mode: 'default',
  home,
  cwd: home,
  stateLocation: state,
  declaredEndpoints: [],
});

/** One a choice, so that the contract's tests do not each start bubblewrap to see that it can. */
const isolations = {
  auto: createIsolation({ choice: 'auto', unit: 'none' }),
  bwrap: createIsolation({ choice: 'bwrap', unit: 'none' }),
};
beforeAll(async () => {
  for (const isolation of Object.values(isolations)) expect((await isolation.settle()).kind).toBe('bwrap');
});

function hostWith(choice: 'auto' | 'bwrap', store = createMemoryStore('a test')) {
  const isolation = isolations[choice];
  const { isSecretPath, secretFolders } = policy;
  const confinement = { isolation, isSecretPath, secretFolders, guarded: [state] };
  return createProcesses({ clock: createClock(), store, confinement });
}

// Under `bwrap` every command is confined, so the contract's own, which only observe, are too.
describeProcesses('the host in a sandbox', (store) => hostWith('bwrap', store));

const inside = hostWith('auto');
const bare = createProcesses({ clock: createClock(), store: createMemoryStore('a test') });

interface Wish {
  cwd?: string;
  effect?: Effect;
  needs?: Partial<Needs>;
  options?: Partial<ProcessOptions>;
}

function run(host: typeof bare, line: string, wish: Wish = {}) {
  const action: Action = { kind: 'shell', line, cwd: wish.cwd ?? tree };
  const permit = Permit.mint('T1', wish.effect ?? 'reversible', action, { ...NO_NEEDS, ...wish.needs });
  return host.run(permit, { timeoutMs: 20_000, limitBytes: 8192, merge: true, ...wish.options });
}

const connect = (to: string) =>
  `${process.execPath} -e 'const c=require("net").connect(${JSON.stringify(to)});c.on("data",d=>process.stdout.write(d));c.on("error",e=>{console.log(e.code);process.exitCode=1})'`;

describe('what a hostile command does bare and cannot do in its sandbox', () => {
  /** Runs it bare to show that it would succeed, and then inside; answers with what each said. */
  async function both(line: string, wish: Wish = {}) {
    const [outside, within] = [await run(bare, line, wish), await run(inside, line, wish)];
    expect(outside, outside.stdout.text).toMatchObject({ exitCode: 0, startError: null });
    expect(within.startError).toBeNull();
    return within;
  }

  it('writes beside its work tree', async () => {
    const within = await both(`rm -f ${home}/other/x; touch ${home}/other/x`);
    expect(within.stdout.text).toContain('Read-only file system');
  });

  it('makes the root writable again', async () => {
    const line = `mount -o remount,rw,bind ${home} 2>/dev/null; mount -o remount,rw / 2>/dev/null; umount ${home} 2>/dev/null; touch ${home}/other/y`;
    expect((await both(line)).exitCode).not.toBe(0);
    const nested = `unshare -Urm sh -c 'mount -o remount,rw /; mount -o remount,rw,bind /; touch ${home}/other/z' 2>&1 || touch ${home}/other/z`;
    expect((await both(nested)).exitCode).not.toBe(0);
  });

  it('has capabilities', async () => {
    const line = "grep -c 'CapEff:.*[1-9a-f]' /proc/self/status";
    if (process.getuid?.() === 0) expect((await both(line)).stdout.text).toBe('0\n');
    expect((await run(inside, line)).stdout.text).toBe('0\n');
  });

  it('reads a secret of its home, of the work tree, of the machine', async () => {
    expect((await both(`cat ${secret}`)).stdout.text).not.toContain('the key');
    expect((await both(`cat ${tree}/.env`)).stdout.text).toMatch(/^cat: .*: Permission denied\n$/);
    if (process.getuid?.() === 0) expect((await both('cat /etc/shadow')).stdout.text).toContain('denied');
  });

  it('talks to a daemon through its socket', async () => {
    expect((await both(connect(socket))).stdout.text).not.toContain('speaks');
    expect((await both(connect(socket), { needs: { profiles: ['host'] } })).stdout.text).not.toContain(
      'speaks',
    );
  });

  it('signals a process of the host', async () => {
    const victim = spawn('sleep', ['300']);
    expect((await both(`kill -0 ${victim.pid}`)).stdout.text).toContain('No such process');
    const seeing = await both(`ps -p ${victim.pid} -o comm= && kill -0 ${victim.pid}`, {
      needs: { profiles: ['host'] },
    });
    expect(seeing.stdout.text).toMatch(/^sleep\n.*Operation not permitted/s);
    // Another way to signal: to be named as whom the kernel tells that there is something to read.
    const owner = `perl -MFcntl -MSocket -e 'socketpair(my $a,my $b,AF_UNIX,SOCK_STREAM,0); fcntl($a,F_SETOWN,${victim.pid}) or die "$!\\n"; fcntl($a,F_GETFL,0); print "owned\\n"'`;
    expect((await both(owner, { needs: { profiles: ['host'] } })).stdout.text).toBe(
      'Operation not permitted\n',
    );
    victim.kill('SIGKILL');
  });

  it('reads the environment of steward', async () => {
    const line = `tr '\\0' '\\n' < /proc/${process.pid}/environ | grep -c ^PATH=`;
    for (const needs of [{}, { profiles: ['host'] as const }]) {
      expect((await both(line, { needs })).exitCode).not.toBe(0);
    }
  });

  it('reaches the network, unless its programs are for that', async () => {
    const listener = createServer((connection) => connection.end('served\n'));
    await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
    const address = listener.address();
    const line = `exec 5<>/dev/tcp/127.0.0.1/${typeof address === 'object' ? address?.port : 0} && cat <&5`;
    for (const profile of ['text', 'files'] as const) {
      expect((await both(line, { needs: { profiles: [profile] } })).stdout.text).toContain('refused');
    }
    for (const profile of ['host', 'cluster'] as const) {
      expect((await run(inside, line, { needs: { profiles: ['text', profile] } })).stdout.text).toBe(
        'served\n',
      );
    }
    listener.close();
  });

  it('changes a hook of git, or what is steward’s own', async () => {
    expect((await both('touch .git/hooks/pre-commit')).exitCode).not.toBe(0);
    expect((await both('touch state/log')).exitCode).not.toBe(0);
  });
});

describe('what a sandbox leaves', () => {
  it('is the work tree and what the command names, and the host to read', async () => {
    const made = join(home, 'other/made');
    const line = `touch new && mkdir -p ${made}/deep && cat ${tree}/notes && ls -d ${made} /tmp /usr && rm -r ${made} new`;
    const { stdout, exitCode } = await run(inside, line, { needs: { writes: [`${made}/deep`, made] } });
    expect([stdout.text, exitCode]).toEqual([`notes\n/tmp\n${made}\n/usr\n`, 0]);
    expect([existsSync(made), existsSync(join(tree, 'new'))]).toEqual([false, false]);
  });

  it('is nothing to write for what only observes', async () => {
    const observing = await run(hostWith('bwrap'), 'touch new', { effect: 'observe' });
    expect(observing.stdout.text).toContain('Read-only file system');
  });

  it('is the secret or the socket that a spec names', async () => {
    const kube = `cat ${home}/.kube/config`;
    expect((await run(inside, kube)).stdout.text).not.toContain('the cluster');
    const needs = { reaches: [join(home, '.kube')] };
    expect((await run(inside, kube, { needs })).stdout.text).toBe('the cluster\n');
    expect((await run(inside, connect(socket), { needs: { reaches: [socket] } })).stdout.text).toBe(
      'the daemon speaks\n',
    );
  });

  it('is where a link leads, when the command names the link', async () => {
    symlinkSync(join(home, 'other'), join(home, 'link'));
    const { exitCode } = await run(inside, `touch ${home}/link/through`, {
      needs: { writes: [`${home}/link/through`] },
    });
    expect([exitCode, existsSync(join(home, 'other/through'))]).toEqual([0, true]);
  });

  it('never is the whole root, nor a folder that everything lies in', async () => {
    const { exitCode, stdout } = await run(
      inside,
      'mkdir /etc/steward-test-made || touch /steward-test-made',
      {
        needs: { writes: ['/etc/steward-test-made', '/steward-test-made'] },
      },
    );
    expect([exitCode, stdout.text]).toEqual([1, expect.stringContaining('Read-only file system')]);
  });

  it('is room for temporary files', async () => {
    expect((await run(inside, 'f=$(mktemp) && echo x > "$f" && cat "$f"')).stdout.text).toBe('x\n');
  });
});

/** Runs out of time once the line has said "stands"; a busy machine may need longer to get there. */
async function runOut(line: string, needs: Partial<Needs> = {}) {
  for (let timeoutMs = 500; ; timeoutMs *= 4) {
    const result = await run(inside, line, { needs, options: { timeoutMs } });
    if (result.stdout.text.startsWith('stands\n')) return result;
  }
}

describe('a command in a sandbox', { timeout: 60_000 }, () => {
  it('gets TERM and time to end well', async () => {
    const result = await runOut('trap "echo bye; exit 5" TERM; echo stands; sleep 30 & wait');
    expect(result).toMatchObject({ exitCode: 5, timedOut: true, stdout: { text: 'stands\nbye\n' } });
  });

  it('is killed with all it started when it does not', async () => {
    const mark = `31.${process.pid}`;
    const line = `trap "" TERM; setsid sh -c 'trap "" TERM; sleep ${mark}' & echo stands; sleep ${mark}; sleep ${mark}`;
    const result = await runOut(line);
    expect(result).toMatchObject({ exitCode: null, signal: 'SIGKILL', timedOut: true });
    const left = execFileSync('sh', ['-c', `pgrep -xf 'sleep ${mark}' || true`], { encoding: 'utf8' });
    expect(left).toBe('');
  });

  it('of profile host is ended too, with what it left behind', async () => {
    const mark = `32.${process.pid}`;
    const needs = { profiles: ['host'] as const };
    const line = `setsid sleep ${mark} & sleep ${mark} & echo stands; sleep ${mark}`;
    const result = await runOut(line, needs);
    expect(result).toMatchObject({ exitCode: null, signal: 'SIGTERM', timedOut: true });
    await run(inside, `sleep ${mark} & true`, { needs });
    const left = execFileSync('sh', ['-c', `pgrep -xf 'sleep ${mark}' || true`], { encoding: 'utf8' });
    expect(left).toBe('');
  });

  it('lets what the line left behind finish its last words', async () => {
    const words = join(tree, 'last-words');
    // On a busy machine its moment can be over before it has had any time; it has none where nothing is let finish.
    for (let tries = 0; tries < 10 && !(existsSync(words) && readFileSync(words).length > 0); tries += 1) {
      await run(inside, 'seq 1 3 > >(sleep 0.01; cat > last-words)');
    }
    expect(readFileSync(words, 'utf8')).toBe('1\n2\n3\n');
  });

  it('ends with the exit status it had', async () => {
    expect(await run(inside, 'exit 77')).toMatchObject({ exitCode: 77, signal: null, startError: null });
  });

  it('says what kept it from starting', async () => {
    const script = join(tree, 'script');
    writeFileSync(script, '#!/no/such/interpreter\n', { mode: 0o755 });
    const permit = Permit.mint('T1', 'reversible', { kind: 'process', argv: [script], cwd: tree });
    const result = await inside.run(permit, { timeoutMs: 10_000, limitBytes: 1000 });
    expect(result).toMatchObject({ exitCode: null, startError: 'ENOENT' });
  });
});

describe('without a sandbox', () => {
  const forced = (kind: 'none' | 'bwrap', choice: IsolationChoice, program: string | null) => {
    const state = { kind, choice, problem: null };
    const isolation: HostIsolation = {
      ...{ choice, expected: kind, known: kind, program, hasOwnProc: true },
      settle: async () => state,
    };
    const confinement = { isolation, isSecretPath: () => false, secretFolders: [], guarded: [] };
    return createProcesses({ clock: createClock(), store: createMemoryStore('a test'), confinement });
  };

  it('an effect does not run bare, whoever permitted it', async () => {
    const made = join(home, 'other/bare');
    const result = await run(forced('none', 'auto', null), `touch ${made}`);
    expect([result.startError, existsSync(made)]).toEqual(['no isolation', false]);
    expect((await run(forced('none', 'auto', null), 'echo seen', { effect: 'observe' })).stdout.text).toBe(
      'seen\n',
    );
    expect((await run(forced('none', 'none', null), `touch ${made}`)).exitCode).toBe(0);
  });

  it('that cannot be built, a command does not run bare', async () => {
    const broken = join(home, 'bwrap');
    writeFileSync(broken, '#!/bin/sh\necho "bwrap: No permissions to create a new namespace" >&2\nexit 1\n', {
      mode: 0o755,
    });
    const made = join(home, 'other/unbuilt');
    const result = await run(forced('bwrap', 'auto', broken), `touch ${made}`);
    expect(result.startError).toBe('no isolation: bwrap: No permissions to create a new namespace');
    expect(existsSync(made)).toBe(false);
    const isolation = createIsolation({ choice: 'auto', unit: 'none', trustedPath: [home] });
    expect(isolation.expected).toBe('bwrap');
    expect(await isolation.settle()).toMatchObject({
      kind: 'none',
      problem: 'bubblewrap does not start here (bwrap: No permissions to create a new namespace)',
    });
    expect(isolation.known).toBe('none');
  });
});

describe('which isolation it is', () => {
  const settle = (choice: IsolationChoice, unit: 'unit' | 'none', trustedPath: string[]) =>
    createIsolation({ choice, unit, trustedPath }).settle();

  it('follows what settings ask for and what is there', async () => {
    const bin = ['/usr/bin'];
    const kinds = [
      await settle('auto', 'unit', bin),
      await settle('auto', 'none', bin),
      await settle('auto', 'none', []),
      await settle('unit', 'none', bin),
      await settle('bwrap', 'unit', bin),
      await settle('bwrap', 'none', []),
      await settle('none', 'unit', bin),
    ].map(({ kind }) => kind);
    expect(kinds).toEqual(['unit', 'bwrap', 'none', 'none', 'bwrap', 'none', 'none']);
  });
});

describe('a credential', () => {
  it('is given to the program whose spec names it, from the environment or from systemd, and to no other', async () => {
    const credentials = mkdtempSync(join(home, 'credentials-'));
    writeFileSync(join(credentials, 'CONSUL_HTTP_TOKEN'), 'of-consul\n');
    vi.stubEnv('NOMAD_TOKEN', 'of-nomad');
    vi.stubEnv('CREDENTIALS_DIRECTORY', credentials);
    const line = 'echo "$NOMAD_TOKEN|$CONSUL_HTTP_TOKEN"';
    const said = async (...environment: string[]) =>
      (await run(bare, line, { effect: 'observe', needs: { environment } })).stdout.text;
    try {
      expect(await said()).toBe('|\n');
      expect(await said('NOMAD_TOKEN')).toBe('of-nomad|\n');
      expect(await said('CONSUL_HTTP_TOKEN')).toBe('|of-consul\n');
    } finally {
      vi.unstubAllEnvs();
    }
  });
});

describe('a socket that is gone between the plan and the start', () => {
  it('is no reason not to start: the sandbox is planned once more, and the command runs once', async () => {
    const folder = realpathSync(makeSocketFolder());
    const passing = join(folder, 'passing.sock');
    const server = createServer(() => {});
    await new Promise<void>((resolve) => server.listen(passing, resolve));
    // Whoever owned it ends right when bubblewrap begins.
    const slow = join(folder, 'bwrap');
    const found = process.env.PATH?.split(':').find((place) => existsSync(join(place, 'bwrap'))) ?? '';
    writeFileSync(slow, `#!/bin/sh\nrm -f ${passing}\nexec ${join(found, 'bwrap')} "$@"\n`, { mode: 0o755 });
    const { isSecretPath, secretFolders } = policy;
    const isolation = { ...isolations.auto, program: slow };
    const host = createProcesses({
      clock: createClock(),
      store: createMemoryStore('a test'),
      confinement: { isolation, isSecretPath, secretFolders, guarded: [state] },
    });
    const { stdout, startError } = await run(host, 'echo begun >> begun; cat begun');
    expect([startError, stdout.text]).toEqual([null, 'begun\n']);
    server.close();
    rmSync(folder, { recursive: true, force: true });
  });
});
