import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { EventType } from '../../src/protocol/event.ts';
import { TYPED_TOOLS } from '../../src/protocol/typed-call.ts';
import type { Script, Turn } from '../wire/index.ts';
import { type Blow, eventsOf, type Sitting, sit } from './killed-run.ts';
import { type Box, createBoxWithModel, PROGRAM } from './steward.ts';

const RUN = '0a0a0a0a-1111-4222-8333-444444444444';
const FLAGS = ['--allowedTools', 'Bash(tee -a *),Bash(mkdir *)'];

const FLAG_PROBE = `describe: Whether the flag is there
core: true
run: [ls, -d, /nonexistent-flag]
okExits: [2]
parse: lines
facts: { lines: size(output) }
limit: 1KiB
timeout: 10s
rules:
  - id: flag-missing
    when: lines == 0
    severity: warning
    class: advisory
    cooldown: 6h
    say: The flag is missing
    look: [[ls, /nonexistent-flag]]
    examples:
      - { facts: { lines: 0 }, finds: [host] }
      - { facts: { lines: 1 }, finds: [] }
`;
const WATCH_GOAL = `---
description: Watch the flag.
probes: [flag]
tools: [Bash]
autonomy: observe
gate: findings
parameters: { who: null }
---
Watch {{who}}.
`;

function logOf(box: Box): string {
  return join(box.home, '.local/state/steward/runs', `${RUN}.jsonl`);
}

function kindsOf(box: Box): EventType[] {
  return eventsOf(logOf(box)).map(({ type }) => type);
}

/** A run that is killed as it is about to write a line of its log. */
function killedAt(box: Box, line: number, args: readonly string[]): Promise<Sitting> {
  return killed(box, { at: 'line', line }, args);
}

async function killed(box: Box, blow: Blow, args: readonly string[]): Promise<Sitting> {
  const options = { cwd: box.cwd, env: box.env, log: logOf(box) };
  const sitting = await sit(PROGRAM, [...args, '--session-id', RUN], options, blow);
  expect(sitting.signal).toBe('SIGKILL');
  return sitting;
}

function bash(command: string): Turn {
  return { toolCalls: [{ name: 'Bash', input: { command } }] };
}

/** The turn for the number of answers so far; `told` sees what the last message says. */
function inTurn(...turns: Turn[]): Script {
  return (request) => turns[request.assistantMessages] ?? { text: 'the script is over' };
}

describe('a run that was killed', () => {
  it('behind its answer is closed without another request', async () => {
    const { box, server } = await createBoxWithModel(inTurn({ text: 'Forty-two.' }));
    // run.opened, prompt.built, model.requested, model.replied: the fifth line would be run.closed.
    await killedAt(box, 5, ['-p', 'what is it?']);
    expect(kindsOf(box).at(-1)).toBe('model.replied');
    const { code, stdout } = await box.run(['-p', '-r', RUN]);
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'Forty-two.\n' });
    expect(server.requests).toHaveLength(1);
    expect(kindsOf(box).at(-1)).toBe('run.closed');
  });

  it('in the middle of an answer that was cut gives the whole answer', async () => {
    const script = inTurn({ text: 'One, ', stopReason: 'max_tokens' }, { text: 'two.' });
    for (const line of [5, 6, 8]) {
      const { box } = await createBoxWithModel(script);
      await killedAt(box, line, ['-p', 'count']);
      const { code, stdout } = await box.run(['-p', '-r', RUN]);
      expect({ line, code, stdout }).toEqual({ line, code: 0, stdout: 'One, two.\n' });
    }
  });

  it('before its first request still knows what it was asked', async () => {
    const { box, server } = await createBoxWithModel(inTurn({ text: 'Done.' }));
    await killedAt(box, 2, ['-p', 'count the spoons']);
    expect(kindsOf(box)).toEqual(['run.opened']);
    expect((await box.run(['-p', '-r', RUN])).code).toBe(0);
    expect(server.requests[0]?.lastText).toContain('count the spoons');
  });

  it('before its input from stdin was kept is not gone on with', async () => {
    const { box, server } = await createBoxWithModel(inTurn({ text: 'Done.' }));
    const file = box.write('input', 'spoons: 12\n');
    const sitting = await sit(
      '/bin/sh',
      ['-c', 'exec "$0" "$@" < "$INPUT"', PROGRAM, '-p', 'count', '--session-id', RUN],
      { cwd: box.cwd, env: { ...box.env, INPUT: file }, log: logOf(box) },
      { at: 'line', line: 2 },
    );
    expect(sitting.signal).toBe('SIGKILL');
    const { code, stderr } = await box.run(['-p', '-r', RUN]);
    expect({ code, stderr }).toMatchObject({ code: 42, stderr: expect.stringContaining('stdin') });
    expect(server.requests).toHaveLength(0);
  });

  it('is not proved less for having been killed between two effects', async () => {
    const { box } = await createBoxWithModel(
      inTurn(bash('tee -a one <<< x'), bash('ls'), { text: 'Both done.' }),
    );
    // 5-8 are the first call; 9 and 10 the second request and reply.
    await killedAt(box, 10, ['-p', 'work', ...FLAGS]);
    expect(kindsOf(box).at(-1)).toBe('model.requested');
    const { code, stdout } = await box.run(['-p', '-r', RUN, ...FLAGS]);
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'Both done.\n' });
  });

  it('in the middle of an effect tells the model so, and does not call it a success', async () => {
    const { box, server } = await createBoxWithModel(
      inTurn(bash('tee -a one <<< x'), bash('grep -c x one'), { text: 'It was done.' }),
    );
    await killedAt(box, 7, ['-p', 'work', ...FLAGS]);
    expect(kindsOf(box).at(-1)).toBe('step.started');
    const { code, stderr } = await box.run(['-p', '-r', RUN, ...FLAGS]);
    expect(server.requests[1]?.lastText).toContain('Outcome unknown');
    expect(code).toBe(61);
    expect(stderr).toContain('nothing proved');
  });

  it('is not followed by a command that it left behind', async () => {
    const { box, server } = await createBoxWithModel((request) => {
      // Long enough to be killed meanwhile, and to see that; whoever resumes waits five seconds for it.
      if (request.assistantMessages === 0) return bash('mkdir begun; sleep 4; mkdir late');
      if (request.lastText.includes('Outcome unknown')) return bash('ls');
      if (request.assistantMessages === 2) return bash('ls -d late');
      return { text: `Seen: ${request.lastText}` };
    });
    // Where nothing confines it, it goes on without us.
    box.write('.config/steward/steward.yaml', 'isolation: none\n');
    await killed(box, { at: 'file', path: join(box.cwd, 'begun') }, ['-p', 'work', ...FLAGS]);
    expect(existsSync(join(box.cwd, 'late'))).toBe(false);
    const { code, stdout } = await box.run(['-p', '-r', RUN, ...FLAGS]);
    expect(server.requests).toHaveLength(4);
    // What was still running had ended before the model looked: it sees the folder.
    expect({ code, stdout }).toMatchObject({
      code: 61,
      stdout: expect.stringMatching(/^Seen: [^\n]*\nlate\n/),
    });
  });

  it('takes a command in a sandbox with it', async () => {
    const { box } = await createBoxWithModel((request) => {
      if (request.assistantMessages === 0) return bash('mkdir begun; sleep 2; mkdir late');
      return request.lastText.includes('Outcome unknown') ? bash('sleep 3') : { text: 'Seen.' };
    });
    await killed(box, { at: 'file', path: join(box.cwd, 'begun') }, ['-p', 'work', ...FLAGS]);
    expect((await box.run(['-p', '-r', RUN, ...FLAGS])).code).toBe(61);
    expect(existsSync(join(box.cwd, 'late'))).toBe(false);
  });

  it('goes on with the model it had', async () => {
    const { box, server } = await createBoxWithModel(inTurn({ text: 'Done.' }));
    await killedAt(box, 4, ['-p', 'work', '--model', 'claude-opus-4-6']);
    expect((await box.run(['-p', '-r', RUN])).code).toBe(0);
    expect(server.requests.map(({ body }) => body.model)).toEqual(['claude-opus-4-6', 'claude-opus-4-6']);
  });

  it('keeps the parameters of its goal, and a finding that it had opened itself', async () => {
    const { box, server } = await createBoxWithModel(inTurn({ text: 'I cannot tell.' }));
    const config = (name: string, text: string) => box.write(`.config/steward/${name}`, text);
    config('context/flag.yaml', FLAG_PROBE);
    config('goals/watch.md', WATCH_GOAL);
    // run.opened, three lines of the probe's step, snapshot.taken, findings.judged; then the history is written.
    await killedAt(box, 7, ['run', 'watch', '--set', 'who=nginx']);
    expect(kindsOf(box).at(-1)).toBe('findings.judged');
    const { code } = await box.run(['-p', '-r', RUN]);
    // The flag is still missing, so the run escalates; what counts is that the model was asked, and about what.
    expect(code).toBe(60);
    expect(server.requests).toHaveLength(1);
    expect(JSON.stringify(server.requests[0]?.body)).toContain('Watch `nginx`');
  });

  it('is not gone on with from another folder', async () => {
    const { box, server } = await createBoxWithModel(inTurn({ text: 'Done.' }));
    await killedAt(box, 4, ['-p', 'work']);
    const { code, stderr } = await box.run(['-p', '-r', RUN], { cwd: box.home });
    expect(code).toBe(42);
    expect(stderr).toContain(`cd ${box.cwd}`);
    expect(server.requests).toHaveLength(1);
  });

  it('may only look when the line that says what it was allowed is damaged', async () => {
    const { box, server } = await createBoxWithModel(
      inTurn(bash('ls'), bash('tee -a one <<< x'), { text: 'Done.' }),
    );
    await killedAt(box, 9, ['-p', 'work', ...FLAGS]);
    const text = readFileSync(logOf(box), 'utf8');
    writeFileSync(logOf(box), `x${text.slice(1)}`);
    const { stderr } = await box.run(['-p', '-r', RUN, ...FLAGS]);
    expect(stderr).toContain('may only look');
    expect(server.requests[2]?.lastText).toContain('autonomy observe');
    expect(linesOf(box, 'one')).toEqual([]);
  });

  it('is told anew what every model is told when the line that said so is damaged', async () => {
    const { box, server } = await createBoxWithModel(inTurn(bash('ls'), { text: 'Done.' }, { text: 'Yes.' }));
    await box.run(['-p', 'work', '--session-id', RUN]);
    const lines = readFileSync(logOf(box), 'utf8').split('\n');
    expect(lines[1]).toContain('prompt.built');
    writeFileSync(logOf(box), lines.with(1, 'damaged').join('\n'));
    await box.run(['-p', 'Sure?', '-r', RUN]);
    const [first, , third] = server.requests;
    expect(third?.systemText).toBe(first?.systemText);
    expect(third?.lastText).toMatch(/data marker of this run is [0-9a-f]{16}/);
    const again = await box.run(['runs', 'verify', RUN]);
    expect(again.stdout).toContain('line 2: is not a line of a run log');
  });

  it('answers a new prompt, and an earlier effect does not make that answer a doubt', async () => {
    const { box } = await createBoxWithModel((request) => {
      if (request.lastText.includes('Thanks')) return { text: 'You are welcome.' };
      return request.assistantMessages === 0 ? bash('tee -a one <<< x') : { text: 'Done.' };
    });
    expect((await box.run(['-p', 'work', '--session-id', RUN, ...FLAGS])).code).toBe(0);
    const { code, stdout } = await box.run(['-p', 'Thanks', '-c']);
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'You are welcome.\n' });
  });
});

describe('the words that go on with a run', () => {
  it.each([
    ['two runs', ['-c', '-r', RUN], 'exclude each other'],
    ['a new id', ['-r', RUN, '--session-id', RUN], 'keeps its id'],
    ['no log', ['-c', '--no-session-persistence'], 'goes on from its log'],
    ['no run', ['-r', '-p', 'x'], '-r needs a value'],
  ])('are refused when they ask for %s', async (_, words, told) => {
    const { box, server } = await createBoxWithModel(inTurn({ text: 'Done.' }));
    const { code, stderr } = await box.run(['-p', ...words]);
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining(told) });
    expect(server.requests).toHaveLength(0);
  });

  it('name the run that has nothing left to do', async () => {
    const { box } = await createBoxWithModel(inTurn({ text: 'Done.' }));
    await box.run(['-p', 'work', '--session-id', RUN]);
    const { code, stderr } = await box.run(['-p', '-c']);
    expect({ code, stderr }).toMatchObject({
      code: 42,
      stderr: expect.stringContaining(`steward -r ${RUN} -p`),
    });
  });

  it('take along what is piped, a schema, words and probes, each once', async () => {
    const { box, server } = await createBoxWithModel(() => ({ text: '{"full": 39}' }));
    const SAID = ['--append-system-prompt', 'Speak Dutch.', '--json-schema', '{"type":"object"}'];
    await box.run(['-p', 'Hello', '--json-schema', '{"type":"object"}']);
    const input = { pipe: 'Nov 22 disk sda1 is full\n' };
    await box.run(['-c', '-p', 'How full is it?', '--probes', 'disk', ...SAID], { input });
    await box.run(['-c', '-p', 'Sure?', ...SAID]);
    const [, second, third] = server.requests;
    const asked = JSON.stringify([second?.systemText, second?.body.messages]);
    expect(second?.lastText).toMatch(/of="stdin">\nNov 22 disk sda1 is full\n<\/data/);
    expect(second?.lastText).toMatch(/A new look, now:\n[\s\S]*P1 disk on /);
    expect(asked.split('JSON Schema')).toHaveLength(2);
    expect(asked.split('Speak Dutch.')).toHaveLength(2);
    // What was sent and what the log gives back are the same, so the third request repeats the second.
    expect(JSON.stringify(third?.body.messages)).toContain('Nov 22 disk sda1 is full');
    expect(third?.lastText).toBe('Sure?');
  });

  it('need no prompt, and do not wait for one that never comes', async () => {
    const { box } = await createBoxWithModel(inTurn({ text: 'Done.' }));
    await killedAt(box, 4, ['-p', 'work']);
    const { code, stdout } = await box.run(['-p', '-r', RUN], { input: { pipe: '', isOpen: true } });
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'Done.\n' });
  });

  it('are denied what the first sitting was denied, and what a later one was', async () => {
    const { box, server } = await createBoxWithModel(() => ({ text: 'Done.' }));
    const offered = (): string[] => {
      const tools = server.requests.at(-1)?.body.tools as { name: string }[];
      // Which typed tools there are depends on the programs of this machine.
      const typed: readonly string[] = TYPED_TOOLS;
      return tools.flatMap(({ name }) => (typed.includes(name) ? [] : [name])).toSorted();
    };
    await box.run(['-p', 'one', '--session-id', RUN, '--disallowedTools', 'Bash']);
    await box.run(['-p', 'two', '-r', RUN, '--disallowedTools', 'Write']);
    expect(offered()).toEqual(['Change', 'Edit', 'Read', 'Search']);
    await box.run(['-p', 'three', '-r', RUN]);
    expect(offered()).toEqual(['Change', 'Edit', 'Read', 'Search']);
  });

  it('say that a permission mode is not carried over', async () => {
    const { box } = await createBoxWithModel(inTurn({ text: 'Done.' }));
    await killedAt(box, 4, ['-p', 'work', '--permission-mode', 'acceptEdits']);
    const { stderr } = await box.run(['-p', '-r', RUN]);
    expect(stderr).toContain('began with --permission-mode acceptEdits');
  });

  it('may keep nothing on disk, and then an effect is refused with that reason', async () => {
    const { box, server } = await createBoxWithModel(inTurn(bash('mkdir made'), { text: 'It was refused.' }));
    const { code } = await box.run(['-p', 'work', '--no-session-persistence', ...FLAGS]);
    expect(code).toBe(0);
    expect(server.requests[1]?.lastText).toContain('the run log is not kept on disk');
    expect(existsSync(join(box.cwd, 'made'))).toBe(false);
    expect(existsSync(join(box.home, '.local/state/steward'))).toBe(false);
  });
});

function linesOf(box: Box, name: string): string[] {
  try {
    return readFileSync(join(box.cwd, name), 'utf8')
      .split('\n')
      .filter((line) => line !== '');
  } catch {
    // It was never made.
    return [];
  }
}
