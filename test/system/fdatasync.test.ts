import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sit } from './killed-run.ts';
import { readStrace, type SystemCall } from './read-strace.ts';
import { createBoxWithModel, PROGRAM } from './steward.ts';

const RUN = '0c0c0c0c-1111-4222-8333-444444444444';
const CALLS = 'execve,execveat,fdatasync,fsync,write,pwrite64,openat,rename,renameat,renameat2,link,linkat';

describe('the order of system calls', () => {
  it('is: the log says what begins, the log is on disk, and only then an effect begins', async () => {
    const bash = (command: string) => ({ name: 'Bash', input: { command } });
    const { box } = await createBoxWithModel((request) => {
      const turns = [
        [bash('ls -d looked-1'), bash('ls -d looked-2')],
        [bash('tee -a effect-1 <<< x'), bash('ls -d looked-3'), bash('mkdir effect-2')],
        [bash('mkdir effect-3-a; mkdir effect-3-b')],
        [
          { name: 'Write', input: { file_path: 'effect-4.md', content: 'new\n' } },
          { name: 'Read', input: { file_path: 'effect-5.md' } },
          { name: 'Edit', input: { file_path: 'effect-5.md', old_string: 'old', new_string: 'new' } },
        ],
      ];
      const toolCalls = turns[request.assistantMessages];
      return toolCalls === undefined ? { text: 'Done.' } : { toolCalls };
    });
    execFileSync('git', ['init', '-q', box.cwd]);
    writeFileSync(join(box.cwd, 'effect-5.md'), 'old\n');
    const trace = join(box.home, 'trace');
    const log = join(box.home, '.local/state/steward/runs', `${RUN}.jsonl`);
    const flags = ['--permission-mode', 'acceptEdits', '--allowedTools', 'Bash(tee -a *),Bash(mkdir *)'];
    const words = ['-f', '-s', '1000', '-e', `trace=${CALLS}`, '-o', trace, PROGRAM, '-p', 'work'];
    const ended = await sit(
      'strace',
      [...words, '--session-id', RUN, ...flags],
      { cwd: box.cwd, env: box.env, log },
      { at: 'end' },
    );
    expect(ended).toMatchObject({ status: 0, stdout: 'Done.\n' });
    expect(readFileSync(join(box.cwd, 'effect-5.md'), 'utf8')).toBe('new\n');

    const calls = readStrace(readFileSync(trace, 'utf8'));
    const fd = logDescriptor(calls);
    const begun = calls.filter((call) => isEffect(call));
    // bubblewrap, and for a line sh and bash, before tee and three times mkdir; a new file is linked, an old one renamed
    // over.
    expect(begun.map(({ name, args }) => `${name} ${markIn(args)}`).sort()).toEqual([
      ...Array.from({ length: 4 }, () => 'execve effect-1'),
      ...Array.from({ length: 2 }, () => 'execve effect-2'),
      ...Array.from({ length: 5 }, () => 'execve effect-3'),
      ...['link effect-4', 'rename effect-5'],
    ]);
    for (const effect of begun) {
      const said = lastBefore(effect, calls, (call) => isLogged(call, fd, markIn(effect.args)));
      expect(said, `no step.started before ${effect.name} ${effect.args}`).toBeDefined();
      const synced = calls.find(
        ({ name, args, result, from, to }) =>
          name === 'fdatasync' && args === fd && result === '0' && from > (said?.to ?? 0) && to < effect.from,
      );
      expect(synced, `no fdatasync between step.started and ${effect.name} ${effect.args}`).toBeDefined();
    }
  });

  it('is read right from calls that another process cut in two', () => {
    const text = [
      '10 write(23, "{\\"a\\": 1}\\n", 9 <unfinished ...>',
      '11 fdatasync(23 <unfinished ...>',
      '10 <... write resumed>) = 9',
      '12 +++ exited with 0 +++',
      '11 <... fdatasync resumed>)          = 0',
      '13 execve("/bin/ls", ["ls", ") = 3"], 0x1 /* 3 vars */) = -1 ENOENT (No such file or directory)',
      '10 write(1, "cut", 3 <unfinished ...>',
    ].join('\n');
    expect(readStrace(text)).toEqual([
      { pid: 10, name: 'write', args: '23, "{\\"a\\": 1}\\n", 9', result: '9', from: 0, to: 2 },
      { pid: 11, name: 'fdatasync', args: '23', result: '0', from: 1, to: 4 },
      {
        pid: 13,
        name: 'execve',
        args: '"/bin/ls", ["ls", ") = 3"], 0x1 /* 3 vars */',
        result: '-1 ENOENT (No such file or directory)',
        from: 5,
        to: 5,
      },
      { pid: 10, name: 'write', args: '1, "cut", 3', result: null, from: 6, to: Number.POSITIVE_INFINITY },
    ]);
  });
});

function logDescriptor(calls: readonly SystemCall[]): string {
  const opened = calls.filter(
    ({ name, args }) => name === 'openat' && args.includes(`${RUN}.jsonl"`) && args.includes('O_APPEND'),
  );
  expect(opened).toHaveLength(1);
  return opened[0]?.result ?? '';
}

/** A process that becomes a command with an effect, or the moment at which a file changes under its name. */
function isEffect({ name, args, result }: SystemCall): boolean {
  if (result !== '0' || markIn(args) === '') return false;
  if (name.startsWith('execve')) return !args.includes('session-id');
  return name.startsWith('rename') || name.startsWith('link');
}

function markIn(args: string): string {
  return /effect-\d/.exec(args)?.[0] ?? '';
}

function isLogged({ name, args, result }: SystemCall, fd: string, mark: string): boolean {
  const isWritten = ['write', 'pwrite64'].includes(name) && args.startsWith(`${fd},`);
  const isWhole = result !== null && !result.startsWith('-1');
  return (
    isWritten && isWhole && args.includes('step.started') && args.includes(mark) && !args.includes('read ')
  );
}

function lastBefore(
  effect: SystemCall,
  calls: readonly SystemCall[],
  isIt: (call: SystemCall) => boolean,
): SystemCall | undefined {
  return calls.findLast((call) => call.to < effect.from && isIt(call));
}
