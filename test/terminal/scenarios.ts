import type { Happening, Panel } from '../../src/app/client.ts';
import { type FakeProgram, statusOf } from '../fakes/client.ts';
import {
  ANSWER,
  called,
  closed,
  decided,
  fenced,
  finished,
  opened,
  playConversation,
  replied,
  requested,
  started,
  stream,
} from '../fakes/conversation.ts';

/** What a program behind the screen tells at once, and how it answers. The clock stands still. */
export interface Scenario {
  told: Happening[];
  program?: FakeProgram;
}

/** The moment at which every scenario plays. */
export const NOW = Date.UTC(2026, 10, 21, 3, 12);
const MINUTE_MS = 60_000;

const finding = (
  id: string,
  severity: 'info' | 'warning' | 'critical',
  object: string,
  text: string,
  minutes: number,
): Panel['findings'][number] => ({
  id,
  key: `${id}:${object}`,
  severity,
  object,
  text,
  since: NOW - minutes * MINUTE_MS,
  state: 'new',
  isOpen: true,
});

const PANEL: Happening = {
  kind: 'panel',
  panel: {
    state: 'ready',
    at: NOW - MINUTE_MS,
    findings: [
      finding('F1', 'critical', 'postgresql.service', 'postgresql.service failed', 4),
      finding('F2', 'warning', '/', '/ is 91 % full', 60 * 26),
    ],
    probes: { ok: 12, notConfigured: 2, broken: 0 },
    problem: null,
  },
};

const status = (changes: Parameters<typeof statusOf>[0] = {}): Happening => ({
  kind: 'status',
  status: statusOf(changes),
});

const STARTED: Happening[] = [status(), PANEL];

const PROGRAM: FakeProgram = {
  now: () => NOW,
  onSay: (text, client) => void playConversation(client, text, 0),
  onAnswer(_question, answer, client) {
    const command = 'systemctl restart postgresql.service';
    const isDenied = answer.kind === 'deny';
    client.tellEvents(
      called('C3', 'Bash', { command }, { ok: !isDenied, refused: isDenied, text: 'done' }),
      closed(isDenied ? { outcome: 'needs-approval', reason: 'parked' } : {}),
    );
    client.tell(status());
  },
  onInterrupt(client) {
    client.tellEvents(closed({ outcome: 'stopped', reason: 'interrupted' }));
    client.tell(status());
  },
  models: [
    { name: 'claude-sonnet-5', place: 'cloud', note: '$3 in, $15 out per million', isCurrent: true },
    { name: 'claude-haiku-5', place: 'cloud', note: '$1 in, $5 out per million', isCurrent: false },
    { name: 'ollama/qwen3:8b', place: 'local', note: 'on nas.lan', isCurrent: false },
  ],
  runs: [
    {
      run: '5f3c2a10-0000-4000-8000-000000000000',
      name: 'disk full',
      title: 'why did postgres stop?',
      at: NOW - 12 * MINUTE_MS,
      outcome: 'fixed',
      costUsd: 0.04,
      owner: 'mine',
      isResumable: true,
    },
    {
      run: '6a3c2a10-0000-4000-8000-000000000000',
      name: null,
      title: 'goal health-check',
      at: NOW - 300 * MINUTE_MS,
      outcome: 'healthy',
      costUsd: null,
      owner: 'system',
      isResumable: false,
    },
    {
      run: '7b3c2a10-0000-4000-8000-000000000000',
      name: null,
      title: '日本語のタイトル: NFS mount hangs after the switch was rebooted, what now?',
      at: NOW - 3000 * MINUTE_MS,
      outcome: 'escalated',
      costUsd: 1.2,
      owner: 'mine',
      isResumable: true,
    },
  ],
  points: [
    { id: '3', prompt: 'why did postgres stop?', at: NOW - 9 * MINUTE_MS, files: [] },
    { id: '41', prompt: 'make room on /var', at: NOW - 4 * MINUTE_MS, files: ['/etc/systemd/journald.conf'] },
  ],
  mentions: [
    { text: '@unit:postgresql.service', kind: 'unit', note: 'failed' },
    { text: '@unit:podman.service', kind: 'unit', note: 'running' },
    { text: '@docs/postgres.md', kind: 'file', note: '' },
  ],
  goals: [
    { name: 'health-check', description: 'Look at everything, change nothing' },
    { name: 'incident', description: 'Find out why something is broken' },
  ],
  history: ['df -h, what is large?', 'why did postgres stop?', 'restart nginx when it is idle'],
  pages: {
    doctor:
      '# doctor\n\n| check | result |\n| --- | --- |\n| model | answers in 240 ms |\n| state | /home/ops/.local/state/steward, 12 MB |\n| isolation | bubblewrap 0.8 |\n\nAll is well.\n',
  },
};

const CALL = 'journalctl -u postgresql --since -1h';

export const SCENARIOS: Record<string, Scenario> = {
  start: { told: STARTED },
  'all-well': {
    told: [status(), { kind: 'panel', panel: { ...(PANEL as { panel: Panel }).panel, findings: [] } }],
  },
  'no-model': {
    told: [
      status({ model: null, modelMissing: 'ANTHROPIC_API_KEY is not set and no local model was found' }),
    ],
  },
  paused: {
    told: [
      status({
        mode: 'plan',
        paused: { until: NOW + 90 * MINUTE_MS, by: 'ops' },
        pendingApprovals: 2,
        target: 'nas.lan',
        runName: 'disk full',
      }),
    ],
  },
  streaming: {
    told: STARTED,
    program: {
      ...PROGRAM,
      onSay(text, client) {
        client.tell(status({ isWorking: true }));
        client.tellEvents(opened(text), requested());
        void stream(client, 'text', ANSWER.slice(0, 560), 0);
      },
    },
  },
  working: {
    told: STARTED,
    program: {
      ...PROGRAM,
      onSay(text, client) {
        client.tell(status({ isWorking: true }));
        client.tellEvents(opened(text), requested(), replied('I read the journal.'));
        client.tellEvents(decided('C1', CALL), started('C1', CALL));
        const lines = Array.from(
          { length: 30 },
          (_, i) => `Nov 21 03:08:${i + 10} nuc1 postgres[411]: LOG  ${i}`,
        );
        client.tell({ kind: 'output', call: 'C1', text: `${lines.join('\n')}\n` });
        client.tell({ kind: 'queue', waiting: ['and then look at the backups'] });
      },
    },
  },
  report: {
    told: STARTED,
    program: {
      ...PROGRAM,
      onSay(text, client) {
        client.tellEvents(
          opened(text),
          decided('C1', CALL),
          started('C1', CALL),
          finished('C1'),
          called('C1', 'Bash', { command: CALL }, { text: fenced('C1', 'one line') }),
          {
            type: 'report.made',
            report: {
              outcome: 'fixed',
              summary: 'PostgreSQL runs again; /var has room.',
              findings: [{ text: 'The journal had filled /var.', severity: 'critical', evidence: ['C1'] }],
              actions: [{ text: 'Vacuumed the journal to 2 GB.', evidence: ['C1'] }],
              advice: ['Restart systemd-journald after its settings change.'],
            },
          },
          {
            type: 'checks.made',
            checks: [
              {
                id: 'V1',
                text: 'postgresql.service is active',
                verdict: 'passed',
                detail: 'active',
                evidence: [],
              },
              { id: 'V2', text: '/var is below 80 %', verdict: 'failed', detail: '84 %', evidence: [] },
            ],
          },
          closed({ outcome: 'fixed', reason: 'fixed' }),
        );
      },
    },
  },
  failed: {
    told: STARTED,
    program: {
      ...PROGRAM,
      onSay(text, client) {
        client.tellEvents(
          opened(text),
          requested(),
          {
            type: 'model.failed',
            model: 'claude-sonnet-5',
            class: 'retry',
            status: 529,
            message: 'Overloaded',
            resumeAt: null,
            attempt: 1,
            usage: { inputTokens: 0, outputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0 },
            costUsd: null,
          },
          closed({
            outcome: 'failed',
            reason: 'try-later',
            message: 'Overloaded, five times in a row',
          }),
        );
        client.tell({
          kind: 'trouble',
          text: 'the disk of the log is full',
          hint: 'free some room in ~/.local',
        });
      },
    },
  },
  wide: {
    told: STARTED,
    program: {
      ...PROGRAM,
      onSay(text, client) {
        const answer =
          'ホスト名は日本語です 🖥️ 👍🏽 é (e\u0301) ⚠️.\n\n| 名前 | state | 🚦 |\n|---|---|---|\n| データベース | failed | 🔴 |\n| web | ok | 🟢 |\n\nhttps://wiki.lan/a/very/long/path/that/has/no/place/to/break/in/it/at/all/and/goes/on/and/on/and/on\n\n- 長い行は折り返されますが、文字の途中で切れたりはしません。幅は正しく数えられます。そうでなければなりません。';
        client.tellEvents(opened(text), requested(), replied(answer), closed());
      },
    },
  },
};

export function scenarioOf(name: string): Required<Scenario> {
  const scenario = SCENARIOS[name];
  if (scenario === undefined) throw new Error(`no scenario is called ${name}`);
  return { program: PROGRAM, ...scenario };
}
