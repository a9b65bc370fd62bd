import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileProbe, compileProbes, loadProbeFile } from '../../src/context/index.ts';
import { OpsError } from '../../src/lib/ops-error.ts';

const GOOD = `describe: How full the file systems are
needs: df
run: [df, -P]
parse: { columns: [device, used:int, percent:percent, mount], skip: 1 }
facts:
  disks: output
limit: 4KiB
timeout: 5s
rules:
  - id: disk-full
    each: disks
    as: d
    object: d.mount
    when: d.percent >= 90
    severity: critical
    cooldown: 6h
    say: 'File system {d.mount} is {d.percent}% full'
    look: [[du, -xh, '{d.mount}']]
    examples:
      - { facts: { disks: [{ mount: /, percent: 95 }] }, finds: [/] }
      - { facts: { disks: [{ mount: /, percent: 20 }] }, finds: [] }
`;

const errorOf = (text: string, path = 'context/disk.yaml') =>
  loadProbeFile(path, text).then(
    () => 'loaded',
    (error: unknown) => {
      expect(error).toBeInstanceOf(OpsError);
      const { reason, message, hint } = error as OpsError;
      expect(reason).toBe('settings');
      return hint === null ? message : `${message} ${hint}`;
    },
  );

describe('inventory', () => {
  const withInventory = (field: string, text = GOOD) =>
    text.replace('limit:', `inventory: [${field}]\nlimit:`);

  it('is what the probe declares of its facts, and nothing without that', async () => {
    expect((await loadProbeFile('context/disk.yaml', withInventory('disks.mount'))).inventory).toEqual([
      'disks.mount',
    ]);
    expect((await loadProbeFile('context/disk.yaml', GOOD)).inventory).toEqual([]);
  });

  it('is refused of a fact that is not there, of what is no field, and of lines', async () => {
    expect(await errorOf(withInventory('disk.mount'))).toContain('inventory[0]: there is no fact disk');
    expect(await errorOf(withInventory('"disks[0]"'))).toContain(
      'is not a fact, or a field such as disks.mount',
    );
    const lines = 'describe: x\nrun: [cat, /x]\nparse: lines\nfacts: { said: output }\ninventory: [said]\n';
    expect(await errorOf(lines)).toContain('what is read as lines is free text, and none of it inventory');
  });
});

it('turns a probe file into plain data', async () => {
  const spec = await loadProbeFile('context/disk.yaml', GOOD);
  expect(spec).toMatchObject({
    name: 'disk',
    source: 'context/disk.yaml',
    core: false,
    needs: ['df'],
    gather: { kind: 'run', argv: ['df', '-P'] },
    limitBytes: 4096,
    timeoutMs: 5_000,
    rules: [
      { id: 'disk-full', each: 'disks', as: 'd', cooldownMs: 21_600_000, class: 'advisory', measure: null },
    ],
  });
  expect(spec.parse).toEqual({
    kind: 'columns',
    columns: [
      { name: 'device', type: 'string' },
      { name: 'used', type: 'int' },
      { name: 'percent', type: 'percent' },
      { name: 'mount', type: 'string' },
    ],
    skip: 1,
  });
  expect(JSON.parse(JSON.stringify(spec))).toEqual(spec);
});

describe('what is wrong is told with file, line and field', () => {
  it.each<[string, string, string]>([
    [
      'severity: critical',
      'severty: critical',
      'context/disk.yaml:15: rules[0].severty: there is no such field Did you mean "severity"?',
    ],
    ['severity: critical', 'severity: bad', 'context/disk.yaml:15: rules[0].severity: '],
    [
      'timeout: 5s',
      'timeout: 5 parsecs',
      'context/disk.yaml:8: timeout: is not a duration such as 5s, 10m or 6h',
    ],
    ['limit: 4KiB', 'limit: many', 'context/disk.yaml:7: limit: is not a size such as 4KiB'],
    ['used:int', 'used:number', 'context/disk.yaml:4: parse'],
    [
      'when: d.percent >= 90',
      'when: e.percent >= 90',
      'context/disk.yaml:14: rules[0].when: Unknown variable: e (at character 1 of "e.percent >= 90")',
    ],
    [
      'when: d.percent >= 90',
      'when: d.percent >=',
      'context/disk.yaml:14: rules[0].when: Unexpected token: EOF',
    ],
    [
      'when: d.percent >= 90',
      'when: d.percent >= now()',
      'context/disk.yaml:14: rules[0].when: unknown function: now',
    ],
    ['disks: output', 'disks: outputs', 'context/disk.yaml:6: facts.disks: Unknown variable: outputs'],
    [
      'each: disks',
      'each: discs',
      'context/disk.yaml:11: rules[0].each: there is no fact "discs"; facts: disks',
    ],
    ["'{d.mount}']]", "'{d.mount']]", 'context/disk.yaml:18: rules[0].look[0][2]: a { without its }'],
    [
      '{d.percent}%',
      '{d.percentage}%',
      'context/disk.yaml:20: rules[0].examples[0]: the rule breaks on its own example: No such key: percentage',
    ],
    [
      '>= 90',
      '>= 99',
      'context/disk.yaml:20: rules[0].examples[0]: the rule finds [] in its own example, not [/]',
    ],
    [
      'finds: [] }',
      'finds: [/] }',
      'context/disk.yaml:19: rules[0].examples: need one that finds something and one that finds nothing',
    ],
    ['run: [df, -P]', 'run: [df, -P]\nhttp: []', 'context/disk.yaml:1: needs exactly one of'],
    ['    object: d.mount\n', '', 'context/disk.yaml:'],
    [
      '  - id: disk-full',
      '  - id: Disk Full',
      'context/disk.yaml:10: rules[0].id: is not a name in lower case with hyphens',
    ],
    ['describe:', 'describe: [', 'context/disk.yaml:'],
    [
      'mount: /, percent: 95',
      'mount: -rf, percent: 95',
      'context/disk.yaml:20: rules[0].examples[0]: the rule finds [-rf]',
    ],
  ])('%s → %s', async (from, to, expected) => {
    expect(GOOD).toContain(from);
    expect(await errorOf(GOOD.replace(from, to))).toContain(expected);
  });

  it('an empty file, a list, a wrong file name', async () => {
    expect(await errorOf('')).toContain('context/disk.yaml:1: ');
    expect(await errorOf('- a')).toContain('context/disk.yaml:1: ');
    expect(await errorOf(GOOD, 'context/My Disk.yaml')).toContain("the file name is the probe's name");
  });
});

it('throws nothing but OpsError, whatever is in the file', async () => {
  const raw = fc.oneof(
    fc.jsonValue(),
    fc.record(
      {
        describe: fc.string(),
        run: fc.jsonValue(),
        parse: fc.jsonValue(),
        facts: fc.dictionary(fc.string({ maxLength: 5 }), fc.constantFrom('output', 'exit', 'a', '1 +', '')),
        rules: fc.jsonValue(),
        needs: fc.jsonValue(),
      },
      { requiredKeys: [] },
    ),
  );
  await fc.assert(
    fc.asyncProperty(raw, async (value) => {
      await compileProbe('context/any.yaml', value).catch((error: unknown) =>
        expect(error).toBeInstanceOf(OpsError),
      );
    }),
    { numRuns: 300 },
  );
  await fc.assert(
    fc.asyncProperty(fc.string({ maxLength: 200 }), async (text) => {
      await loadProbeFile('context/any.yaml', text).catch((error: unknown) =>
        expect(error).toBeInstanceOf(OpsError),
      );
    }),
    { numRuns: 300 },
  );
});

describe('the shipped probes', () => {
  const folder = join(import.meta.dirname, '../../context');
  const files = readdirSync(folder).map((name) => ({
    source: `context/${name}`,
    text: readFileSync(join(folder, name), 'utf8'),
  }));

  it('load, each with a rule, each rule with a name of its own', async () => {
    const specs = await compileProbes(files);
    expect(specs.length).toBeGreaterThanOrEqual(12);
    const rules = specs.flatMap((spec) => spec.rules.map((rule) => rule.id));
    expect(new Set(rules).size).toBe(rules.length);
    for (const spec of specs) expect(spec.rules.length, spec.name).toBeGreaterThan(0);
    expect(specs.filter((spec) => spec.core).map((spec) => spec.name)).toEqual(['disk', 'load', 'memory']);
  });

  it('each have a test on recorded output', () => {
    const tested = readdirSync(join(import.meta.dirname, 'probes'))
      .map((name) => readFileSync(join(import.meta.dirname, 'probes', name), 'utf8'))
      .join('\n');
    for (const { source } of files) {
      const name = source.replace(/^context\/|\.yaml$/g, '');
      expect(tested).toContain(`loadShipped('${name}')`);
    }
  });
});
