import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type SnapshotOptions, summariseForHistory, takeSnapshot } from '../../src/context/index.ts';
import { createClock, createMemoryStore, createProcesses } from '../../src/host/index.ts';
import { createExpressionCompiler, type ExpressionCompiler } from '../../src/lib/expression.ts';
import type { ProbeSpec } from '../../src/protocol/probe.ts';
import { createFakeClock } from '../fakes/clock.ts';
import { createOpenGate } from '../fakes/gate.ts';
import { createFakeHttp } from '../fakes/http.ts';
import { createFakeProcesses, type FakeScript } from '../fakes/processes.ts';
import { makeProbe } from './support.ts';

function options(
  specs: ProbeSpec[],
  script: FakeScript,
  more: Partial<SnapshotOptions> = {},
): SnapshotOptions {
  return {
    specs,
    gate: createOpenGate(),
    processes: createFakeProcesses(script),
    http: createFakeHttp({}),
    clock: createFakeClock(),
    host: 'nuc1',
    cwd: '/',
    mask: (text) => text,
    exists: () => true,
    isTrustedExecutable: () => true,
    isRoot: true,
    previous: null,
    journalBaseline: null,
    ...more,
  };
}

const statusOf = async (spec: ProbeSpec, script: FakeScript, more: Partial<SnapshotOptions> = {}) => {
  const { items } = await takeSnapshot(options([spec], script, more));
  return `${items[0]?.status}: ${items[0]?.reason}`;
};

describe('a snapshot item', () => {
  it('says what ran, where, when and what came of it', async () => {
    const spec = makeProbe({
      argv: ['uptime', '-p'],
      parse: { kind: 'lines' },
      facts: { first: 'output[0]' },
    });
    const taken = await takeSnapshot(options([spec], { 'uptime -p': { stdout: 'up 3 days\n' } }));
    expect(taken.items).toEqual([
      {
        id: 'P1',
        probe: 'sample',
        describe: 'A sample',
        core: false,
        command: 'uptime -p',
        host: 'nuc1',
        at: Date.parse('2026-03-01T03:00:00Z'),
        durationMs: 0,
        status: 'ok',
        reason: null,
        text: 'up 3 days\n',
        totalBytes: 10,
        isTruncated: false,
        digest: '893030a0f0a0131d',
        change: 'new',
        egress: 'any',
        facts: { first: 'up 3 days' },
      },
    ]);
  });

  it('tells the same from the changed by the last summary', async () => {
    const script = { up: { stdout: 'up 3 days\n' } };
    const spec = makeProbe({ argv: ['up'] });
    const first = await takeSnapshot(options([spec], script));
    const previous = summariseForHistory(first.items);
    const same = await takeSnapshot(options([spec], script, { previous }));
    const changed = await takeSnapshot(options([spec], { up: { stdout: 'up 4 days' } }, { previous }));
    expect([same.items[0]?.change, changed.items[0]?.change]).toEqual(['same', 'changed']);
  });

  it('is masked in text, reason and command, and its digest is of the masked text', async () => {
    const mask = (text: string) => text.replaceAll('hunter2', '***');
    const fine = makeProbe({ argv: ['show', 'hunter2'] });
    const first = await takeSnapshot(
      options([fine], { 'show hunter2': { stdout: 'key hunter2' } }, { mask }),
    );
    const other = await takeSnapshot(options([fine], { 'show hunter2': { stdout: 'key ***' } }, { mask }));
    expect(first.items[0]).toMatchObject({
      text: 'key ***',
      command: 'show ***',
      digest: other.items[0]?.digest,
    });
    const bad = { 'show hunter2': { exitCode: 4, stderr: 'no such key: hunter2' } };
    expect(await statusOf(fine, bad, { mask })).toBe('failed: exit 4: no such key: ***');
  });

  it('is cut to its limit, and says so', async () => {
    const spec = makeProbe({ argv: ['long'], limitBytes: 1000 });
    const taken = await takeSnapshot(options([spec], { long: { stdout: 'line of text\n'.repeat(1000) } }));
    expect(taken.items[0]).toMatchObject({ isTruncated: true, totalBytes: 13_000, status: 'ok' });
    expect(Buffer.byteLength(taken.items[0]?.text ?? '')).toBeLessThanOrEqual(1000);
  });
});

describe('not configured, unreachable and failed are three things', () => {
  const probe = makeProbe({ argv: ['redis-cli', 'ping'], needs: ['redis-cli'] });
  const parsed = makeProbe({ argv: ['show'], parse: { kind: 'json' }, facts: { a: 'output.a' } });
  it.each<[string, string, ProbeSpec, FakeScript, Partial<SnapshotOptions>?]>([
    ['a program that is not there', 'not-configured: redis-cli is not installed', probe, { other: {} }],
    [
      'a path that is not there',
      'not-configured: /run/redis does not exist',
      makeProbe({ argv: ['show'], needs: ['/run/redis'] }),
      { show: {} },
      { exists: () => false },
    ],
    [
      'a refused connection',
      'unreachable: exit 1: Could not connect to Redis at 127.0.0.1:6379: Connection refused',
      probe,
      {
        'redis-cli ping': {
          exitCode: 1,
          stderr: 'Could not connect to Redis at 127.0.0.1:6379: Connection refused',
        },
      },
    ],
    [
      'a system bus that turns us away',
      'failed: exit 1: Failed to list units: Transport endpoint is not connected (the system bus turns users of DynamicUser= away: give the unit a User= that exists)',
      probe,
      {
        'redis-cli ping': {
          exitCode: 1,
          stderr: 'Failed to list units: Transport endpoint is not connected',
        },
      },
    ],
    [
      'a name that does not resolve',
      'unreachable: exit 2: ssh: Could not resolve hostname nas: Name or service not known',
      probe,
      {
        'redis-cli ping': {
          exitCode: 2,
          stderr: 'ssh: Could not resolve hostname nas: Name or service not known',
        },
      },
    ],
    [
      'another exit status',
      'failed: exit 3: boom',
      probe,
      { 'redis-cli ping': { exitCode: 3, stderr: 'boom\nmore' } },
    ],
    ['a time out', 'failed: no end after 5000 ms', probe, { 'redis-cli ping': { takesMs: 9_000 } }],
    [
      'a start that fails',
      'failed: could not be started: EACCES',
      probe,
      { 'redis-cli ping': { startError: 'EACCES' } },
    ],
    [
      'text that is not JSON',
      'failed: line 2 of the output is not JSON',
      parsed,
      { show: { stdout: '{"a": 1,\n}' } },
    ],
    [
      'a missing fact',
      'failed: fact "a": No such key: a (at character 8 of "output.a")',
      parsed,
      { show: { stdout: '{}' } },
    ],
    [
      'too much to judge',
      'failed: the output was 400000 bytes, too much to judge',
      parsed,
      { show: { stdout: ' '.repeat(400_000) } },
    ],
    [
      'an executable that others may write',
      'failed: /opt/probe may be written by others than root and steward, so it is not run',
      makeProbe({ executable: '/opt/probe' }),
      {},
      { isTrustedExecutable: () => false },
    ],
    [
      'a refusal of the gate',
      'failed: refused: not on the list',
      probe,
      { 'redis-cli ping': {} },
      { gate: createOpenGate(() => ({ refuse: 'not on the list' })) },
    ],
  ])('%s', async (_, expected, spec, script, more = {}) => {
    expect(await statusOf(spec, script, more)).toBe(expected);
  });

  it('takes a declared exit status for an answer', async () => {
    const spec = makeProbe({ argv: ['check'], okExits: [2], facts: { code: 'exit' } });
    const { items } = await takeSnapshot(options([spec], { check: { exitCode: 2, stdout: 'degraded' } }));
    expect(items[0]).toMatchObject({ status: 'ok', facts: { code: 2 } });
  });

  it.each([
    ['unreachable: refused', {}],
    ['failed: HTTP 503, not 200', { 'http://c.test/health': { status: 503 } }],
    ['ok: null', { 'http://c.test/health': { body: '{"up": true}' } }],
  ])('%s of an HTTP probe that reads the answer', async (expected, answers) => {
    const endpoints = [{ name: 'c', url: 'http://c.test/health', expectStatus: 200 }];
    const spec = makeProbe({ endpoints, parse: { kind: 'json' }, facts: { up: 'output.up' } });
    expect(await statusOf(spec, {}, { http: createFakeHttp(answers) })).toBe(expected);
  });
});

describe('the gate', () => {
  it('is asked for every start, with the id under which the item is cited', async () => {
    const gate = createOpenGate();
    const endpoints = ['a', 'b'].map((name) => ({ name, url: `http://${name}.test/`, expectStatus: 200 }));
    const specs = [makeProbe({ argv: ['up'] }), makeProbe({ argv: ['gone'] }), makeProbe({ endpoints })];
    const processes = createFakeProcesses({ up: {} });
    await takeSnapshot(options(specs, {}, { gate, processes }));
    expect(gate.requests.map(({ id, origin, action }) => `${id} ${origin} ${action.kind}`)).toEqual([
      'P1 probe process',
      'P3.1 probe fetch',
      'P3.2 probe fetch',
    ]);
  });

  it('ends the snapshot when the log cannot be written', async () => {
    const gate = { perform: () => Promise.reject(new Error('disk full')) };
    await expect(takeSnapshot(options([makeProbe({ argv: ['up'] })], { up: {} }, { gate }))).rejects.toThrow(
      'disk full',
    );
  });
});

describe('the deadline holds', () => {
  it('whatever hangs: the program, the gate or the network', async () => {
    const never = new Promise<never>(() => undefined);
    const specs = ['a', 'b', 'c'].map((name) => makeProbe({ name, argv: [name] }));
    const clock = createFakeClock();
    const open = createOpenGate();
    const gate: typeof open = {
      ...open,
      perform: (request, run) => (request.id === 'P2' ? never : open.perform(request, run)),
    };
    const taking = takeSnapshot(
      options(specs, (c) => (c === 'a' ? never : { stdout: 'fine' }), { gate, clock }),
    );
    for (let second = 0; second < 11; second += 1) {
      await new Promise((resolve) => setImmediate(resolve));
      await clock.advance(1_000);
    }
    const { items, durationMs } = await taking;
    expect(items.map(({ id, probe, status, reason }) => [id, probe, status, reason])).toEqual([
      ['P1', 'a', 'failed', 'deadline'],
      ['P2', 'b', 'failed', 'deadline'],
      ['P3', 'c', 'ok', null],
    ]);
    expect(durationMs).toBe(10_000);
  });

  it('over real processes that ignore TERM and have children, and nothing of them is left', async () => {
    const marker = `987${process.pid}`;
    const hang = `trap '' TERM; sleep ${marker} & while :; do sleep ${marker}; done`;
    const specs = [
      ...Array.from({ length: 3 }, (_, i) =>
        makeProbe({ name: `hang${i}`, argv: ['sh', '-c', hang], timeoutMs: 60_000 }),
      ),
      makeProbe({ name: 'fine', argv: ['uname'] }),
    ];
    const clock = createClock();
    const processes = createProcesses({ clock, store: createMemoryStore('a test') });
    const take = (deadlineMs: number) =>
      takeSnapshot({ ...options(specs, {}, { deadlineMs }), clock, processes, exists: existsSync });
    let taken = await take(700);
    // On a busy machine even a program that ends at once may not have ended by then.
    for (let more = 3; taken.items[3]?.status !== 'ok' && more < 100; more *= 3) {
      await taken.settled;
      taken = await take(700 * more);
    }
    // It is there before they are gone, for which it would have to wait five seconds and more.
    expect(await countProcesses(marker)).toBeGreaterThan(0);
    expect(taken.items.map(({ status, reason }) => reason ?? status)).toEqual([
      'deadline',
      'deadline',
      'deadline',
      'ok',
    ]);
    await taken.settled;
    expect(await countProcesses(marker)).toBe(0);
  }, 60_000);

  it('when the run is aborted', async () => {
    const stop = new AbortController();
    const specs = [makeProbe({ argv: ['slow'] })];
    const taking = takeSnapshot(options(specs, { slow: { hangs: true } }, { signal: stop.signal }));
    setImmediate(() => stop.abort());
    const { items, settled } = await taking;
    await settled;
    expect(items[0]).toMatchObject({ status: 'failed', reason: 'aborted' });
  });

  it('for any mix of fast, slow and hanging probes, with one item for each, in order', async () => {
    const kind = fc.constantFrom('fast', 'slow', 'hang', 'late', 'broken');
    await fc.assert(
      fc.asyncProperty(
        fc.array(kind, { maxLength: 20 }),
        fc.integer({ min: 1, max: 9 }),
        async (kinds, parallel) => {
          const specs = kinds.map((name, i) => makeProbe({ name: `${name}-${i}`, argv: [name] }));
          const clock = createFakeClock();
          const script: FakeScript = (command) => {
            if (command === 'hang') return new Promise<never>(() => undefined);
            return {
              takesMs: { fast: 0, slow: 900, late: 12_000 }[command] ?? 0,
              exitCode: command === 'broken' ? 1 : 0,
            };
          };
          const processes = createFakeProcesses(script, { clock });
          const taking = takeSnapshot(options(specs, {}, { clock, processes, parallel, deadlineMs: 5_000 }));
          for (let step = 0; step < 30; step += 1) {
            await new Promise((resolve) => setImmediate(resolve));
            await clock.advance(500);
          }
          const { items, durationMs } = await taking;
          expect(items.map((item) => item.probe)).toEqual(specs.map((spec) => spec.name));
          expect(items.map((item) => item.id)).toEqual(specs.map((_, i) => `P${i + 1}`));
          expect(durationMs).toBeLessThanOrEqual(5_000);
          for (const item of items) if (item.probe.startsWith('hang')) expect(item.status).toBe('failed');
        },
      ),
      { numRuns: 30 },
    );
  });
});

/** Processes whose command line holds the text. */
async function countProcesses(text: string): Promise<number> {
  let count = 0;
  for (const pid of await readdir('/proc')) {
    if (!/^\d+$/.test(pid) || Number(pid) === process.pid) continue;
    const line = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    if (line.includes(text)) count += 1;
  }
  return count;
}

describe('a probe that has nothing to ask here', () => {
  it('compiles none of its expressions', async () => {
    const real = await createExpressionCompiler();
    const compiled: string[] = [];
    const compiler: ExpressionCompiler = {
      compile(source, variables) {
        compiled.push(source);
        return real.compile(source, variables);
      },
      compileTemplate: real.compileTemplate,
    };
    const absent = makeProbe({ name: 'absent', needs: ['/nowhere'], facts: { a: 'size(output)' } });
    const there = makeProbe({ name: 'there', argv: ['up'], facts: { b: 'output' } });
    const exists = () => false;
    await takeSnapshot(options([absent, there], { up: { stdout: 'up' } }, { compiler, exists }));
    expect(compiled).toEqual(['output']);
  });
});
