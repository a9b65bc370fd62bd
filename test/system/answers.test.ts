import { describe, expect, it } from 'vitest';
import { faultyProbe } from './faulty-probe.ts';
import { type Box, createBoxWithModel } from './steward.ts';

const SCHEMA = JSON.stringify({
  type: 'object',
  properties: { healthy: { type: 'boolean' }, reason: { type: 'string', minLength: 3 } },
  required: ['healthy', 'reason'],
  additionalProperties: false,
});
const GOOD = { healthy: true, reason: 'all disks have room' };

describe('an answer under --json-schema', () => {
  it.each([
    ['bare', JSON.stringify(GOOD)],
    ['in a fence', `\`\`\`json\n${JSON.stringify(GOOD, null, 2)}\n\`\`\``],
  ])('that follows it is given as a value: %s', async (_, text) => {
    const { box } = await createBoxWithModel([{ text }]);
    const { code, result } = await box.json(['-p', 'x', '--json-schema', SCHEMA]);
    expect({ code, subtype: result.subtype, value: result.structured_output }).toEqual({
      code: 0,
      subtype: 'success',
      value: GOOD,
    });
  });

  it('stands on stdout as JSON and nothing else', async () => {
    const { box } = await createBoxWithModel([{ text: `\`\`\`json\n${JSON.stringify(GOOD)}\n\`\`\`` }]);
    const { stdout } = await box.run(['-p', 'x', '--json-schema', SCHEMA]);
    expect(JSON.parse(stdout)).toEqual(GOOD);
  });

  it('may come from a file', async () => {
    const { box } = await createBoxWithModel([{ text: JSON.stringify(GOOD) }]);
    const file = box.write('schema.json', SCHEMA);
    expect((await box.json(['-p', 'x', '--json-schema', file])).result.structured_output).toEqual(GOOD);
  });

  it('is corrected when the model is told what is wrong with it', async () => {
    const { box, server } = await createBoxWithModel([
      { text: '{"healthy": "yes"}' },
      { text: JSON.stringify(GOOD) },
    ]);
    const { code, result } = await box.json(['-p', 'x', '--json-schema', SCHEMA]);
    expect([code, result.structured_output]).toEqual([0, GOOD]);
    expect(server.requests[1]?.lastText).toContain('healthy');
  });

  it('that is wrong three times ends with 57 and no value', async () => {
    const { box, server } = await createBoxWithModel(() => ({ text: '{"healthy": maybe}' }));
    const { code, result, stderr } = await box.json(['-p', 'x', '--json-schema', SCHEMA]);
    expect({ code, requests: server.requests.length }).toEqual({ code: 57, requests: 3 });
    expect(result).toMatchObject({
      subtype: 'error_max_structured_output_retries',
      is_error: true,
      exit_code: 57,
      reason: 'schema',
    });
    expect(result).not.toHaveProperty('structured_output');
    expect(stderr).toContain('exit 57');
    expect(stderr).toContain('3 answers of the model did not follow the schema; the last: not JSON');
  });
});

describe('a goal under --json-schema', () => {
  const PROBE = faultyProbe('[echo, a]');
  const write = (box: Box, more = '') => {
    box.write('.config/steward/context/mine.yaml', PROBE);
    box.write('.config/steward/goals/look.md', `---\ndescription: d\nprobes: [mine]\n${more}---\nLook.\n`);
  };
  const report = {
    name: 'Report',
    input: {
      outcome: 'escalated',
      summary: 'a is bad, and nobody knows why.',
      findings: [{ text: 'a is bad', severity: 'warning', evidence: ['P1'] }],
    },
  };

  it('is asked for its answer after its report', async () => {
    const { box, server } = await createBoxWithModel([
      { text: 'I report.', toolCalls: [report] },
      { text: JSON.stringify(GOOD) },
    ]);
    write(box);
    const { code, result } = await box.json(['run', 'look', '--json-schema', SCHEMA]);
    expect(server.requests).toHaveLength(2);
    expect(result).toMatchObject({ result: JSON.stringify(GOOD), report: { outcome: 'escalated' } });
    expect([code, result.structured_output]).toEqual([60, GOOD]);
  });

  it('reports what the rules found when no model is asked', async () => {
    const { box } = await createBoxWithModel([]);
    write(box, 'gate: never\n');
    const plain = await box.run(['run', 'look', '--json-schema', SCHEMA]);
    expect([plain.code, plain.stdout]).toEqual([60, expect.stringContaining('a is bad')]);
  });

  it('has no value without an answer', async () => {
    const { box } = await createBoxWithModel([]);
    write(box, 'gate: never\n');
    box.write('.config/steward/context/mine.yaml', PROBE.replace('echo, a', 'echo'));
    const { code, result } = await box.json(['run', 'look', '--json-schema', SCHEMA]);
    expect([code, result.structured_output]).toEqual([0, null]);
    expect(result.result).toContain('No model was asked');
  });
});

describe('an empty answer', () => {
  it('is asked for once more', async () => {
    const { box, server } = await createBoxWithModel([{}, { text: 'here' }]);
    const { code, result } = await box.json(['-p', 'x']);
    expect([code, result.result, server.requests.length]).toEqual([0, 'here', 2]);
  });

  it('that stays empty is a failure', async () => {
    const { box } = await createBoxWithModel(() => ({}));
    const { code, result } = await box.json(['-p', 'x']);
    expect({ code, reason: result.reason, is_error: result.is_error }).toEqual({
      code: 1,
      reason: 'broken-reply',
      is_error: true,
    });
  });
});
