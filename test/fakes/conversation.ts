import { setTimeout as sleep } from 'node:timers/promises';
import type { RunEvent } from '../../src/protocol/event.ts';
import { NO_USAGE, type Usage } from '../../src/protocol/model.ts';
import type { Question } from '../../src/protocol/question.ts';
import { type FakeClient, statusOf } from './client.ts';

/** Events as a run writes them, with what most tests do not care about filled in. */
export const USAGE: Usage = { ...NO_USAGE, inputTokens: 8_200, outputTokens: 640 };

export function opened(prompt: string): RunEvent {
  return {
    type: 'run.opened',
    run: '5f3c2a10-0000-4000-8000-000000000000',
    steward: '0.1.0',
    goal: null,
    prompt,
    trigger: { kind: 'manual', payload: null, parent: null },
    host: { hostname: 'nuc1', machine: '0123456789ab', user: 'ops', kernel: '6.18.1' },
    cwd: '/srv/infra',
    model: 'claude-sonnet-5',
    tools: ['Bash', 'Read', 'Edit', 'Search'],
    mode: 'default',
    autonomy: 'propose',
    policyDigest: '0000',
    isolation: 'bwrap',
  };
}

export function replied(text: string, more: { thinking?: string } = {}): RunEvent {
  return {
    type: 'model.replied',
    turn: 1,
    model: 'claude-sonnet-5',
    content: [
      ...(more.thinking === undefined ? [] : [{ type: 'thinking' as const, text: more.thinking }]),
      { type: 'text', text },
    ],
    stopReason: 'end_turn',
    usage: USAGE,
    costUsd: 0.01,
    durationMs: 2_400,
    firstTokenMs: 400,
  };
}

export function requested(turn = 1): RunEvent {
  return { type: 'model.requested', turn, model: 'claude-sonnet-5', reservedUsd: null };
}

export function decided(
  step: string,
  command: string,
  more: Partial<Extract<RunEvent, { type: 'step.decided' }>> = {},
): RunEvent {
  return {
    type: 'step.decided',
    step,
    origin: 'tool',
    command,
    effect: 'observe',
    target: { kind: 'host', name: 'nuc1' },
    verdict: 'allow',
    decision: 'allow',
    rule: 'spec:systemctl.status',
    reason: 'It only looks.',
    ...more,
  };
}

export function started(step: string, command: string): RunEvent {
  return { type: 'step.started', step, effect: 'observe', command };
}

export function finished(step: string, summary = 'exit 0', durationMs = 42): RunEvent {
  return { type: 'step.finished', step, ok: summary === 'exit 0', summary, durationMs };
}

export function called(
  call: string,
  tool: string,
  input: unknown,
  more: Partial<Extract<RunEvent, { type: 'call.finished' }>> = {},
): RunEvent {
  return {
    type: 'call.finished',
    call,
    toolUseId: `toolu_${call}`,
    tool,
    input,
    ok: true,
    text: fenced(call, 'ok'),
    refused: false,
    durationMs: 42,
    ...more,
  };
}

export function fenced(label: string, text: string): string {
  return `<data-0123456789abcdef of="${label}">\n${text}\n</data-0123456789abcdef>`;
}

export function closed(more: Partial<Extract<RunEvent, { type: 'run.closed' }>> = {}): RunEvent {
  return {
    type: 'run.closed',
    outcome: 'reported',
    reason: 'reported',
    message: null,
    result: null,
    resumeAt: null,
    turns: 3,
    usage: USAGE,
    costUsd: 0.0213,
    durationMs: 18_400,
    ...more,
  };
}

export function restartQuestion(more: Partial<Question> = {}): Question {
  return {
    id: 'Q1',
    step: 'C3',
    command: 'systemctl restart postgresql.service',
    cwd: '/srv/infra',
    effect: 'disruptive',
    target: { kind: 'unit', name: 'postgresql.service' },
    rule: 'spec:systemctl.restart',
    reason: 'It interrupts what uses the unit.',
    origins: [{ word: 'postgresql.service', source: 'C1: systemctl --failed' }],
    offer: {
      rule: 'Bash(systemctl restart postgresql.service)',
      matches: ['systemctl restart postgresql.service'],
      misses: ['systemctl restart nginx.service', 'systemctl stop postgresql.service'],
    },
    wantsTerminal: false,
    ...more,
  };
}

export const ANSWER = `## What happened

\`postgresql.service\` failed **4 minutes ago** because \`/var\` is full:

| file system | used | mount |
| --- | ---: | --- |
| /dev/nvme0n1p2 | 91 % | / |
| /dev/nvme0n1p3 | 100 % | /var |

1. The journal holds 38 GB, although \`SystemMaxUse=2G\` is set.
2. Nobody restarted \`systemd-journald\` after that was set:
   - the setting came on 2026-11-19
   - the daemon runs since 2026-09-02
3. PostgreSQL cannot write its WAL and stops.

> FATAL: could not write to file "pg_wal/xlogtemp.411": No space left on device

What I would do:

\`\`\`sh
# frees about 36 GB, keeps the newest 2
journalctl --vacuum-size=2G
systemctl restart systemd-journald "postgresql.service"
\`\`\`

Then \`df -P /var\` should say **less than 60 %**. Das Gerät heißt 日本語ホスト 🖥️, see [the runbook](https://wiki.lan/postgres).`;

/** A conversation as an operator would have it, at the speed of a real one; `pace` 0 is as fast as it goes. */
export async function playConversation(client: FakeClient, prompt: string, pace: number): Promise<void> {
  const pause = (ms: number): Promise<void> => sleep(ms * pace);
  client.tell({ kind: 'status', status: statusOf({ isWorking: true }) });
  client.tellEvents(opened(prompt), requested());
  await stream(client, 'thinking', 'The unit failed. First the state of the unit, then its journal. ', pace);
  client.tellEvents(replied('I look at the unit first.', { thinking: 'The unit failed. First its state.' }));
  await pause(300);
  const status = 'systemctl status postgresql.service --no-pager';
  client.tellEvents(decided('C1', status), started('C1', status));
  for (let line = 1; line <= 40; line++) {
    client.tell({
      kind: 'output',
      call: 'C1',
      text: `Nov 21 03:0${line % 10}:11 nuc1 postgres[411]: LOG  line ${line}\n`,
    });
    await pause(40);
  }
  const text = Array.from({ length: 40 }, (_, line) => `Nov 21 nuc1 postgres[411]: LOG  line ${line}`).join(
    '\n',
  );
  client.tellEvents(
    finished('C1', 'exit 3', 1_240),
    called('C1', 'Bash', { command: status }, { ok: false, text: fenced('C1', text), durationMs: 1_240 }),
    decided('C2', 'rm -rf /var/log/journal', {
      effect: 'irreversible',
      verdict: 'deny',
      decision: 'refuse',
      rule: 'floor:delete-tree',
      reason: 'It would delete a whole tree; nothing brings that back.',
    }),
    called(
      'C2',
      'Bash',
      { command: 'rm -rf /var/log/journal' },
      { ok: false, refused: true, text: 'refused' },
    ),
    requested(2),
  );
  await stream(client, 'text', ANSWER, pace);
  client.tellEvents(
    replied(ANSWER),
    decided('C4', 'write /etc/systemd/journald.conf (412 bytes)', { effect: 'reversible' }),
  );
  client.tellEvents(
    called(
      'C4',
      'Edit',
      {
        file_path: '/etc/systemd/journald.conf',
        old_string: '#SystemMaxUse=',
        new_string: 'SystemMaxUse=2G',
      },
      {
        text: fenced(
          'C4',
          '@@ line 12 @@\n [Journal]\n #Storage=auto\n-#SystemMaxUse=\n+SystemMaxUse=2G\n #SystemKeepFree=',
        ),
      },
    ),
  );
  const restart = 'systemctl restart postgresql.service';
  client.tellEvents(decided('C3', restart, { effect: 'disruptive', verdict: 'ask' }));
  client.tell({ kind: 'question', question: restartQuestion() });
}

export async function stream(
  client: FakeClient,
  type: 'text' | 'thinking',
  text: string,
  pace: number,
): Promise<void> {
  for (const piece of text.match(/[\s\S]{1,7}/gu) ?? []) {
    client.tell({ kind: 'delta', delta: { type, text: piece } });
    if (pace > 0) await sleep(12 * pace);
  }
}
