import { describe, expect, it } from 'vitest';
import { compileSpecs } from '../../src/policy/index.ts';
import { shippedSpecs } from './support.ts';

const compile = (text: string) => compileSpecs([{ source: 'specs/x.yaml', text }]);
const spec = (more: string) => `names: [frob]\nprofile: text\n${more}`;

describe('program specs', () => {
  it('are shipped for a hundred programs and more, each name once', () => {
    const names = shippedSpecs.flatMap((one) => one.names);
    expect(names.length).toBeGreaterThan(300);
    expect(new Set(names).size).toBe(names.length);
  });

  it('never allow a verb that does more than observe', () => {
    const walk = (verb: (typeof shippedSpecs)[number]['root']): boolean =>
      (verb.effect === 'observe' || verb.verdict !== 'allow') &&
      Object.values(verb.verbs).every((inner) => typeof inner === 'string' || walk(inner)) &&
      verb.variants.every(walk);
    expect(shippedSpecs.filter((one) => !walk(one.root)).map((one) => one.names)).toEqual([]);
  });

  it('survive JSON, as they are shipped', () => {
    expect(JSON.parse(JSON.stringify(shippedSpecs))).toEqual(shippedSpecs);
  });

  it.each([
    ['an example that must be allowed and is not', spec('allow: [frob -x]'), /`frob -x` must be allowed/],
    ['an example that must not be allowed and is', spec('not_allow: [frob]'), /`frob` must not be allowed/],
    ['an unknown field', spec('colour: red'), /specs\/x\.yaml:\d+.*colour/s],
    ['an unknown kind of operand', spec('operands: fish...'), /fish is not a kind of operand/],
    ['an unknown kind of option', spec('options: { fish: -x }'), /fish is not a kind of option/],
    ['an option without a dash', spec('syntax: go\noptions: { flag: x }'), /does not start with a dash/],
    [
      'a cluster that is taken for one option',
      spec('options: { flag: -dump }'),
      /-dump is not spelled in getopt's way/,
    ],
    ['an option that is there twice', spec('options: { flag: -x, value: -x }'), /-x is there twice/],
    [
      'an option that is known and denied',
      spec('options: { flag: -x }\ndeny: { -x: it writes }'),
      /-x is both known and denied/,
    ],
    ['a verb that is there twice', spec('verbs: { a: {}, a|b: {} }'), /twice/],
    ['a change that is allowed', spec('effect: disruptive\nverdict: allow'), /cannot be allowed/],
    ['broken YAML', 'names: [', /specs\/x\.yaml:1/],
    [
      'two specs of one program',
      `- ${spec('').replaceAll('\n', '\n  ')}\n- ${spec('').replaceAll('\n', '\n  ')}`,
      /has a spec/,
    ],
  ])('refuse to compile with %s', async (_, text, message) => {
    await expect(compile(text)).rejects.toThrow(message);
  });

  it('compile verbs, aliases, changes and options that need company', async () => {
    const [one] = await compile(
      spec(
        [
          'verbs: { "show|list": { options: { flag: -l } }, "node status": { operands: text } }',
          'changes: { irreversible: wipe }',
          'options: { flag: --gc --dry }',
          'companions: { --gc: --dry }',
          'minimum: 1',
          'allow: [frob show -l, frob list, frob node status a, frob --gc --dry show]',
          'not_allow: [frob, frob wipe, frob node, frob show x, frob node status a b, "frob nod status"]',
        ].join('\n'),
      ),
    );
    expect(one?.root.verbs.list).toBe('show');
    expect(one?.root.changes).toEqual({ wipe: 'irreversible' });
  });
});
