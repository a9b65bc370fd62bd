import fc from 'fast-check';
import { describe, expect, expectTypeOf, it } from 'vitest';
import type { ExecutorRequest } from '../../../src/protocol/executor.ts';
import { parseAnswer, type ReadRequest, requestSchema } from '../../../src/protocol/schemas/executor.ts';

const DIGEST = 'a'.repeat(64);
const FROM = { run: '0b0f9a3e-6f1e-4c55-8a53-9a3c1b3a9f10', change: 'X1' };

const words = fc.string({ minLength: 1, maxLength: 40 });
const name = fc.stringMatching(/^[a-z][\w.-]{0,20}$/);
const step = fc.oneof(
  fc.record({ kind: fc.constant('run' as const), line: words }),
  fc.record({
    kind: fc.constant('edit' as const),
    file: fc.constant('/etc/x'),
    find: words,
    replace: fc.string(),
  }),
  fc.record({ kind: fc.constant('write' as const), file: fc.constant('y.conf'), text: fc.string() }),
);
const check = fc.record({
  what: fc.record({ kind: fc.constant('run' as const), line: words }),
  expect: fc.constant('exit 0'),
  withinMs: fc.nat(60_000),
  forMs: fc.nat(60_000),
});
const change = fc.record({
  title: words,
  targets: fc.array(
    name.map((unit) => ({ unit })),
    { maxLength: 3 },
  ),
  why: fc.option(fc.string()),
  evidence: fc.array(name, { maxLength: 3 }),
  preflight: fc.array(check, { maxLength: 2 }),
  apply: fc.array(step, { minLength: 1, maxLength: 4 }),
  verify: fc.array(check, { minLength: 1, maxLength: 3 }),
  rollback: fc.oneof(fc.constant('auto' as const), fc.array(step, { maxLength: 2 })),
  window: fc.constant(null),
});
const asked = { v: fc.constant(1 as const), change, cwd: fc.constant('/srv') };
const digest = fc.constant(DIGEST);
const from = fc.constant(FROM);
const request = fc.oneof(
  fc.record({ ...asked, do: fc.constant('plan' as const) }),
  fc.record({ ...asked, do: fc.constant('run' as const), digest, from }),
  fc.record({ ...asked, do: fc.constant('propose' as const), digest, from }),
  fc.record({
    v: fc.constant(1 as const),
    do: fc.constant('approve' as const),
    approval: fc.constant('a-7f3k9q'),
    digest,
    comment: fc.option(fc.string()),
    run: fc.boolean(),
  }),
  fc.constant({ v: 1 as const, do: 'list' as const }),
);

describe('a request to the executor', () => {
  it('has exactly the type of one', () => {
    expectTypeOf<ReadRequest>().toExtend<ExecutorRequest>();
  });

  it('is read as it was sent, key for key: a digest is made of it', () => {
    fc.assert(
      fc.property(request, (sent) => {
        const read = requestSchema.parse(JSON.parse(JSON.stringify(sent)));
        expect(read).toEqual(sent);
        // The order of keys is the reader's, so that whoever sends it cannot make two digests of one change.
        const shuffled = JSON.parse(JSON.stringify(sent), (_, value: unknown) =>
          value !== null && typeof value === 'object' && !Array.isArray(value)
            ? Object.fromEntries(Object.entries(value).reverse())
            : value,
        );
        expect(JSON.stringify(requestSchema.parse(shuffled))).toBe(JSON.stringify(read));
      }),
    );
  });

  it('is refused with a field too many, anywhere', () => {
    fc.assert(
      fc.property(request, (sent) => {
        expect(requestSchema.safeParse({ ...sent, uid: 0 }).success).toBe(false);
        if (!('change' in sent)) return;
        const change = { ...sent.change, byPerson: true };
        expect(requestSchema.safeParse({ ...sent, change }).success).toBe(false);
      }),
    );
  });

  it('is nothing else, and whatever comes is answered and not thrown at', () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => !requestSchema.safeParse(value).success));
  });

  it.each([
    ['another version', { v: 2, do: 'list' }],
    ['no version', { do: 'list' }],
    ['a verb that there is not', { v: 1, do: 'exec', argv: ['sh'] }],
    ['an id that leads out of the folder', { v: 1, do: 'show', approval: '../seal.key' }],
    ['a probe that is a path', { v: 1, do: 'probe', probe: '/tmp/x' }],
    [
      'a run that is a path',
      { v: 1, do: 'ended', from: { run: '../../../../../../../../../../../../../x', change: 'X1' } },
    ],
    ['a short digest', { v: 1, do: 'approve', approval: 'a-1', digest: 'ab', comment: null, run: true }],
  ])('is refused with %s', (_name, value) => {
    expect(requestSchema.safeParse(value).success).toBe(false);
  });

  it('is refused with a relative folder and without checks', () => {
    fc.assert(
      fc.property(change, (made) => {
        expect(requestSchema.safeParse({ v: 1, do: 'plan', change: made, cwd: 'srv' }).success).toBe(false);
        const unproved = { ...made, verify: [] };
        expect(requestSchema.safeParse({ v: 1, do: 'plan', change: unproved, cwd: '/' }).success).toBe(false);
      }),
    );
  });
});

describe('an answer of the executor', () => {
  it('is none when it is anything else', () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => parseAnswer(value) === null));
    expect(parseAnswer({ say: 'event', time: 'now', event: { type: 'run.flown' } })).toBeNull();
  });

  it('is read with what a newer executor added', () => {
    const answer = {
      say: 'done',
      run: null,
      head: null,
      outcome: null,
      end: null,
      message: null,
      approval: 'a-1',
    };
    expect(parseAnswer({ ...answer, later: 1 })).toEqual(answer);
  });
});
