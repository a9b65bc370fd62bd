import type { PlannedTurn, Task } from './scripted-model.ts';

/** Where one run of the campaign works, and what its plan leaves there. */
export interface Site {
  /** A git work tree. */
  work: string;
}

/** Thirty turns: looks alone and side by side, effects of commands, files written and edited, and what goes wrong. */
export function promptPlan({ work }: Site): PlannedTurn[] {
  return Array.from({ length: 30 }, (_, index): PlannedTurn => {
    const number = index + 1;
    switch (number % 10) {
      case 1:
        return { tasks: [bash(`ls ${work}`)].map((task) => about(task, number)) };
      case 2:
        return {
          text: `Turn ${number}: three looks at once.`,
          tasks: [
            bash(`stat -c %s-${number} ${work}/big`),
            bash(`head -n ${number} ${work}/big`),
            bash(`grep -c ${number} ${work}/big`),
          ],
        };
      case 3:
        return { tasks: [trace(work, number, 'sleep 0.03; ')] };
      case 4:
        return {
          tasks: [
            folder(`${work}/folder-${number}`),
            bash(`ls -la ${work}/folder-${number}`),
            trace(work, number, ''),
          ],
        };
      case 5:
        return { tasks: [write(work, number)], ...(number === 5 ? { failsOnce: true } : {}) };
      case 6:
        return { tasks: [edit(work, number)] };
      case 7:
        return { tasks: [{ ...bash(`rm -rf ${work}/folder-${number}`), isRefused: true }] };
      case 8:
        return { tasks: [bash(`seq ${number} 9000`), bash(`uptime`)].map((task) => about(task, number)) };
      case 9:
        return { text: `Turn ${number}: this answer is cut.`, tasks: [] };
      default:
        return { tasks: [trace(work, number, 'sleep 0.05; '), edit(work, number)] };
    }
  });
}

/** A goal's run on a model with a small context: enough output to make room, one repair, a report. */
export function goalPlan({ work }: Site): PlannedTurn[] {
  const reading = Array.from(
    { length: 4 },
    (_, turn): PlannedTurn => ({
      tasks: Array.from({ length: 5 }, (_, part) => bash(`tail -n ${9000 - turn * 10 - part} ${work}/big`)),
    }),
  );
  return [
    ...reading,
    { tasks: [trace(work, 1, '')] },
    { tasks: [folder(`${work}/flag`)] },
    {
      tasks: [
        {
          call: {
            name: 'Report',
            input: {
              outcome: 'fixed',
              summary: 'The flag was missing; it is there now and nothing else is wrong.',
              findings: [{ text: 'The flag is missing', severity: 'warning', evidence: ['C0'] }],
              actions: [{ text: 'Made the flag', evidence: ['C0'] }],
            },
          },
        },
      ],
    },
  ];
}

function bash(command: string): Task {
  return { call: { name: 'Bash', input: { command } } };
}

/** The same command in another turn is another task. */
function about(task: Task, number: number): Task {
  return { call: { name: task.call.name, input: { ...task.call.input, description: `turn ${number}` } } };
}

function trace(work: string, number: number, before: string): Task {
  const line = `trace-${number}.`;
  const path = `${work}/trace.log`;
  return {
    ...bash(`${before}tee -a ${path} <<< ${line}`),
    look: { call: bash(`grep -n -F ${line} ${path}`).call, shows: line },
    trace: { path, line },
  };
}

/** A second mkdir fails, which the model takes for a surprise. */
function folder(path: string): Task {
  return {
    ...bash(`mkdir ${path}`),
    look: { call: bash(`stat -c is-a-%F ${path}`).call, shows: 'is-a-directory' },
    trace: { path, line: null },
  };
}

function write(work: string, number: number): Task {
  const path = `${work}/note-${number}.md`;
  const line = `written-${number}.`;
  return {
    call: { name: 'Write', input: { file_path: path, content: `${line}\n` } },
    look: { call: { name: 'Read', input: { file_path: path } }, shows: line },
    trace: { path, line },
  };
}

function edit(work: string, number: number): Task {
  const path = `${work}/journal.md`;
  const line = `entry-${number}.`;
  return {
    call: { name: 'Edit', input: { file_path: path, old_string: '(end)', new_string: `${line}\n(end)` } },
    look: { call: { name: 'Read', input: { file_path: path } }, shows: line },
    trace: { path, line },
  };
}
