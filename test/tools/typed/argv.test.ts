import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TYPED_PROGRAMS } from '../../../src/tools/typed/programs.ts';
import { shippedPolicy } from '../../policy/support.ts';

/** Of every kind: what `pin` would have found. */
const PINS: Record<string, Record<string, string>> = {
  Consul: { address: 'http://127.0.0.1:8500', datacenter: 'home' },
  Nomad: { address: 'http://127.0.0.1:4646', region: 'global', namespace: 'default' },
  Kubectl: { context: 'home', server: 'https://10.0.0.1:6443', namespace: 'apps' },
  Git: { repository: '/srv/infra', machine: 'abc' },
  Ssh: { host: 'nuc1', key: 'SHA256:x' },
};
const pinOf = (name: string) => PINS[name] ?? { host: 'nuc1', machine: 'abc' };

const hostile = fc.oneof(
  fc.string(),
  fc.constantFrom(
    '-rf',
    '--all',
    '-',
    '@/etc/shadow',
    'a b',
    'a\nb',
    'a\0b',
    '$(id)',
    '`id`',
    ';id',
    '*',
    '',
  ),
  fc.constantFrom('web', 'app/port', '/srv/infra/web.nomad', 'deployment/web', 'main', 'nginx.service'),
  fc.integer(),
  fc.boolean(),
  fc.array(fc.oneof(fc.string(), fc.constantFrom('-x', 'web')), { maxLength: 3 }),
);

describe.each(TYPED_PROGRAMS.filter(({ name }) => name !== 'Ssh'))(
  '$name',
  ({ name, program, verbs, toArgv }) => {
    const verbNames = name === 'Journal' ? [undefined] : Object.keys(verbs);
    const fields = [...new Set(Object.values(verbs).flatMap((verb) => Object.keys(verb.fields)))];
    const input = fc
      .tuple(
        fc.constantFrom(...verbNames),
        fc.dictionary(fc.constantFrom('none', ...fields), hostile, { maxKeys: 4 }),
      )
      .map(([verb, given]) => ({ ...given, ...(verb === undefined ? {} : { verb }) }));

    it('makes no word that is not of its table, its target or a typed field', () => {
      fc.assert(
        fc.property(input, (given) => {
          const built = toArgv(given, pinOf(name));
          if ('problem' in built) return;
          const rules = name === 'Journal' ? verbs.read : verbs[String((given as { verb?: string }).verb)];
          const own = new Set([program, '--', '-C', ...(rules?.words ?? []), ...(rules?.always ?? [])]);
          const values = Object.values(given).flat().map(String);
          for (const word of built.argv) {
            if (own.has(word)) continue;
            const value = word.startsWith('-') ? word.slice(word.indexOf('=') + 1) : word;
            const isPinned = Object.values(pinOf(name)).includes(value);
            const isTyped =
              values.includes(value) ||
              values.some((typed) => value === Buffer.from(typed).toString('base64')) ||
              values.some((typed) => value === `_SYSTEMD_INVOCATION_ID=${typed}`);
            const isFlag = Object.values(rules?.fields ?? {}).some(({ option }) => option === word);
            const isOurs = word === '-base64' || word === '--lines=50';
            expect(isPinned || isTyped || isFlag || isOurs, `${word} of ${JSON.stringify(given)}`).toBe(true);
          }
        }),
        { numRuns: 2_000 },
      );
    });

    it('lets no field become an option', () => {
      fc.assert(
        fc.property(input, (given) => {
          const built = toArgv(given, pinOf(name));
          if ('problem' in built) return;
          const rules = name === 'Journal' ? verbs.read : verbs[String((given as { verb?: string }).verb)];
          const known = new Set([
            ...(rules?.always ?? []),
            ...Object.values(rules?.fields ?? {}).flatMap(({ option }) => option ?? []),
            ...[
              '-C',
              '--',
              '-base64',
              '--lines',
              '-http-addr',
              '-datacenter',
              '-address',
              '-region',
              '-namespace',
            ],
            ...['--context', '--server', '--namespace'],
          ]);
          for (const word of built.argv.slice(1)) {
            if (!word.startsWith('-')) continue;
            expect(known.has(word) || known.has(word.split('=')[0] ?? ''), word).toBe(true);
            expect(word).not.toMatch(/[\n\0]/);
          }
        }),
        { numRuns: 2_000 },
      );
    });

    it('refuses a verb that it does not know, and a field that the verb does not take', () => {
      if (name === 'Journal') return expect(toArgv({ file: 'x' }, pinOf(name))).toHaveProperty('problem');
      expect(toArgv({ verb: 'purge-everything' }, pinOf(name))).toHaveProperty('problem');
      expect(toArgv({ verb: 'constructor' }, pinOf(name))).toHaveProperty('problem');
      expect(toArgv({}, pinOf(name))).toHaveProperty('problem');
      for (const verb of Object.keys(verbs)) {
        expect(toArgv({ verb, surprise: 'x' }, pinOf(name))).toHaveProperty('problem');
      }
    });
  },
);

describe('every verb that only looks', () => {
  const policy = shippedPolicy();
  const SAMPLES: Record<string, unknown> = {
    unit: 'nginx.service',
    key: 'app/port',
    value: '1',
    job: 'web',
    allocation: '77ab41d0',
    file: 'jobs/web.nomad',
    version: 3,
    revision: 'HEAD',
    paths: ['a'],
    message: 'm',
    branch: 'fix',
    kind: 'pods',
    object: 'deployment/web',
    pod: 'web-1',
    replicas: 2,
    output: '/nix/store/abcdefghijklmnopqrstuvwxyz012345-nixos-system',
  };
  const cases = TYPED_PROGRAMS.filter(({ name }) => name !== 'Ssh').flatMap((program) =>
    Object.entries(program.verbs).map(([verb, rule]) => ({ program, verb, rule })),
  );
  it.each(cases.map((each) => ({ ...each, title: `${each.program.name} ${each.verb}` })))(
    '$title is judged by its program’s spec as its table says',
    ({ program, verb, rule }) => {
      const given = Object.fromEntries(
        Object.entries(rule.fields).flatMap(([name, field]) =>
          field.isRequired === true ? [[name, SAMPLES[name]]] : [],
        ),
      );
      const built = program.toArgv(
        { ...given, ...(program.name === 'Journal' ? {} : { verb }) },
        pinOf(program.name),
      );
      if ('problem' in built) throw new Error(built.problem);
      const judged = policy.judge(
        { kind: 'process', argv: built.argv, cwd: '/srv/infra' },
        { resolved: new Map() },
      );
      const isObserving = judged.verdict === 'allow' && judged.effect === 'observe';
      expect({ isObserving, rule: judged.rule }).toEqual({
        isObserving: program.observing.includes(verb),
        rule: expect.stringMatching(/^(?:spec|needs-option):/),
      });
    },
  );
});
