import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Ask } from '../../../src/protocol/typed-call.ts';
import { objectsOf } from '../../../src/tools/kubectl/objects.ts';
import { cleaned, differencesOf, undoApply, undoOfApply } from '../../../src/tools/kubectl/undo-apply.ts';
import { jsonPatch } from '../../stand-ins/json-patch.ts';

const PIN = { context: 'home', server: 'http://127.0.0.1:1', namespace: 'apps' };
type Data = { [key: string]: Data } | string | number | readonly number[];

const objectWith = (spec: Data, version: string) => ({
  kind: 'ConfigMap',
  metadata: { name: 'web', resourceVersion: version, uid: `u${version}`, managedFields: [version] },
  spec,
  status: { seen: version },
});

async function goBack(before: object, after: object, now: object) {
  const [old] = objectsOf(before);
  const [made] = objectsOf(after);
  if (old === undefined || made === undefined) throw new Error('no objects');
  const undo = undoOfApply([old], [made], PIN);
  if (undo === null) throw new Error('no undo');
  let current = now as Record<string, unknown>;
  const asked: string[] = [];
  const act: Ask = async (argv) => {
    asked.push(argv.join(' '));
    const word = argv.find((one) => one.startsWith('--patch=')) ?? '';
    const patched = jsonPatch(current, JSON.parse(word.slice('--patch='.length)));
    if (patched === null) throw new Error(`does not fit: ${word}`);
    current = patched;
    return { exit: 0, output: '', error: '', timedOut: false };
  };
  // As another process would have it that reads the plan.
  const kept = JSON.parse(JSON.stringify(undo)) as typeof undo;
  const reading = await undoApply(kept, PIN, async () => ({ object: objectsOf(current)[0] ?? null }), act);
  return { reading, current, asked };
}

describe('what an apply has changed', () => {
  const key = fc.constantFrom('a', 'b', 'app/name', 'x~y', 'port');
  const leaf = fc.oneof(fc.constantFrom('on', 'off'), fc.nat(3), fc.array(fc.nat(2), { maxLength: 2 }));
  const tree = (depth: number): fc.Arbitrary<Data> =>
    depth === 0 ? leaf : fc.oneof(leaf, fc.dictionary(key, tree(depth - 1), { maxKeys: 3 }));
  const spec = fc.dictionary(key, tree(2), { maxKeys: 3 });

  it('is put back from whatever it made of it, twice as well as once', async () => {
    await fc.assert(
      fc.asyncProperty(spec, spec, async (one, other) => {
        const [before, after] = [objectWith(one, '7'), objectWith(other, '8')];
        const first = await goBack(before, after, after);
        expect(first.reading).toMatchObject({ ok: true });
        expect(cleaned(first.current)).toEqual(cleaned(before));
        const second = await goBack(before, after, first.current);
        expect({ ok: second.reading.ok, asked: second.asked }).toEqual({ ok: true, asked: [] });
      }),
      { numRuns: 200 },
    );
  });

  it('is nothing where only the server has written', () => {
    expect(
      differencesOf(cleaned(objectWith({ a: 1, b: 2 }, '7')), cleaned(objectWith({ b: 2, a: 1 }, '8'))),
    ).toEqual([]);
  });

  it('leaves what others have changed beside it, and stops at what they changed of it', async () => {
    const before = objectWith({ replicas: 2, image: 'a' }, '7');
    const after = objectWith({ replicas: 2, image: 'b' }, '8');
    const scaled = await goBack(before, after, objectWith({ replicas: 5, image: 'b' }, '9'));
    expect(scaled.current.spec).toEqual({ replicas: 5, image: 'a' });
    const strange = await goBack(before, after, objectWith({ replicas: 2, image: 'c' }, '9'));
    expect(strange).toMatchObject({
      asked: [],
      reading: {
        ok: false,
        detail: 'configmap/web: somebody has changed spec.image since; it is left as it is',
      },
    });
  });

  it('is not undone where it is more than a command can hold', () => {
    const [old] = objectsOf(objectWith({ a: 'x' }, '7'));
    const [made] = objectsOf(objectWith({ a: 'y'.repeat(200_000) }, '8'));
    expect(old && made && undoOfApply([old], [made], PIN)).toBe(null);
  });
});
