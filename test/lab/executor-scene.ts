import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Approval } from '../../src/protocol/approval.ts';
import type { Change } from '../../src/protocol/change.ts';
import type { ExecutorAnswer } from '../../src/protocol/executor.ts';
import type { Output } from './host.ts';
import { LAB_SETTINGS, type Lab, STEWARD } from './lab.ts';

export const UNIT = 'shop.service';
export const CONF = '/etc/shop.conf';
export const GOOD = 'port=80\n';
export const BROKEN = 'port=80\ncolour=red\n';
export const SOCKET = '/run/steward/executor.sock';
export const STATE = '/var/lib/steward-executor';
const TRIGGERS = join(import.meta.dirname, '../../triggers');
export const UNITS = [
  'steward-executor.socket',
  'steward-executor@.service',
  'steward-executor-recover.service',
];
export const CONTINUE_UNITS = ['steward-continue.path', 'steward-continue.service'];

/** A service that reads its settings when it starts, and dies of a line that it does not know. */
const PROGRAM = `#!/bin/sh
grep -q '^colour=' ${CONF} && { echo "shop: unknown setting: colour" >&2; exit 3; }
. ${CONF}
echo "shop: open on $port"
exec sleep infinity
`;

const PROBE = `describe: Whether the shop is open
run: [systemctl, show, -p, ActiveState, --value, ${UNIT}]
parse: lines
facts: { closed: "output.filter(l, l != 'active' && l != '')" }
rules:
  - id: shop-closed
    each: closed
    as: l
    object: l
    when: l != ''
    severity: critical
    class: safe
    cooldown: 1h
    say: 'the shop is {l}'
    examples: [{ facts: { closed: [failed] }, finds: [failed] }, { facts: { closed: [] }, finds: [] }]
`;

/** What only root can read; a planner gets at it by its name and not otherwise. */
const ROOT_PROBE = `describe: The tail of a log that is root's
privilege: root
run: [cat, /var/log/shop-private.log]
parse: lines
facts: { last: "output" }
rules: []
`;

const goal = (autonomy: string) => `---
description: Keep the shop open.
probes: [shop]
tools: [Bash, Read, Change]
autonomy: ${autonomy}
---
The shop is open when ${UNIT} is active. Its settings are in ${CONF}.
`;

export interface Scene {
  lab: Lab;
  /** As one of the users of the lab. */
  as(
    user: string,
    argv: readonly string[],
    options?: { env?: Record<string, string>; input?: string },
  ): Promise<Output>;
  steward(user: string, args: readonly string[], env?: Record<string, string>): Promise<Output>;
  begin(conf: string): Promise<void>;
  conf(): Promise<string>;
  active(): Promise<string>;
  /** One line over the socket as `user`, by a client of nobody's. */
  raw(user: string, line: string): Promise<{ answers: ExecutorAnswer[]; said: string }>;
  approvals(user: string): Promise<(Approval & { at: string })[]>;
  settle(more: string): Promise<void>;
}

/** Sends what it reads, and prints what it is answered; with `leave`, it is gone as soon as that was said. */
const CLIENT = `import { connect } from 'node:net';
const [, , path, leave] = process.argv;
const chunks = [];
for await (const chunk of process.stdin) chunks.push(chunk);
const socket = connect({ path, allowHalfOpen: true });
let text = '';
socket.on('error', (error) => console.log(JSON.stringify({ say: 'error', code: error.code })));
socket.on('data', (data) => {
  text += data;
  process.stdout.write(data);
  if (leave !== undefined && text.includes(leave)) process.exit(0);
});
socket.on('end', () => socket.end());
socket.write(Buffer.concat(chunks));
`;

/** Everything as an operator sets it up: users, groups, units of the package, settings and probes of root's. */
export async function setScene(lab: Lab): Promise<Scene> {
  for (const unit of UNITS) await lab.write(`/etc/systemd/system/${unit}`, read(unit));
  for (const unit of CONTINUE_UNITS) await lab.write(`/etc/systemd/system/${unit}`, read(`systemd/${unit}`));
  await lab.write('/etc/credstore/steward.anthropic', 'key-of-the-lab\n');
  await lab.write('/etc/sysusers.d/steward.conf', read('steward.sysusers.conf'));
  await lab.must(['systemd-sysusers']);
  await lab.must(['install', '-d', '-o', 'steward', '-g', 'steward', '-m', '0700', '/var/lib/steward']);
  for (const [user, groups] of [
    ['anna', 'steward,steward-approvers'],
    ['bob', 'steward'],
    ['carl', 'steward-approvers'],
  ] as const) {
    await lab.must(['useradd', '--create-home', '--groups', groups, user]);
  }
  await lab.write('/usr/local/bin/shop', PROGRAM);
  await lab.must(['chmod', '755', '/usr/local/bin/shop']);
  await lab.write(
    `/etc/systemd/system/${UNIT}`,
    `[Unit]\nDescription=A shop\nStartLimitIntervalSec=0\n[Service]\nExecStart=/usr/local/bin/shop\n[Install]\nWantedBy=multi-user.target\n`,
  );
  await lab.write('/etc/steward/context/shop.yaml', PROBE);
  await lab.write('/etc/steward/context/private.yaml', ROOT_PROBE);
  await lab.write('/etc/steward/goals/shop.md', goal('full'));
  await lab.write(
    '/etc/steward/goals/private.md',
    '---\ndescription: Read what is root.\nprobes: [private]\ngate: never\n---\nRead it.\n',
  );
  await lab.write('/var/log/shop-private.log', 'only root reads this\n');
  await lab.must(['chmod', '600', '/var/log/shop-private.log']);
  await lab.must(['systemctl', 'daemon-reload']);
  await lab.must(['systemctl', 'enable', '--now', 'steward-executor.socket']);
  writeFileSync(join(lab.share, 'client.mjs'), CLIENT);
  return sceneOf(lab);
}

function read(name: string): string {
  return readFileSync(join(TRIGGERS, name), 'utf8');
}

function sceneOf(lab: Lab): Scene {
  const as: Scene['as'] = (user, argv, { env = {}, input } = {}) => {
    const home = user === 'root' ? '/root' : user === 'steward' ? '/var/lib/steward' : `/home/${user}`;
    const set = Object.entries({ HOME: home, ...env }).map(([key, value]) => `${key}=${value}`);
    const who = ['setpriv', `--reuid=${user}`, `--regid=${user}`, '--init-groups'];
    return lab.run([...who, 'env', ...set, ...argv], input === undefined ? {} : { input });
  };
  return {
    lab,
    as,
    steward: (user, args, env = {}) => as(user, [STEWARD, ...args], { env }),
    async begin(conf) {
      await lab.write(CONF, conf);
      await lab.run(['systemctl', 'stop', UNIT]);
      await lab.run(['systemctl', 'reset-failed', UNIT]);
      await lab.run(['systemctl', 'start', UNIT]);
      // Type=simple: it has failed only once its program has ended.
      if (conf.includes('colour=')) {
        await lab.must([
          'sh',
          '-c',
          `until [ "$(systemctl is-active ${UNIT})" = failed ]; do sleep 0.05; done`,
        ]);
      }
    },
    conf: () => lab.must(['cat', CONF]),
    active: async () => (await lab.run(['systemctl', 'is-active', UNIT])).stdout.trim(),
    async raw(user, line) {
      const node = '/opt/steward/node_modules/.bin/node';
      const { stdout } = await as(user, [node, '/opt/share/client.mjs', SOCKET], { input: line });
      const answers = stdout
        .split('\n')
        .filter((text) => text !== '')
        .map((text) => JSON.parse(text) as ExecutorAnswer);
      return { answers, said: stdout };
    },
    async approvals(user) {
      const { stdout, stderr } = await as(user, [STEWARD, 'approvals', 'list', '--json']);
      if (!stdout.startsWith('{')) throw new Error(`no list: ${stdout}${stderr}`);
      return (JSON.parse(stdout) as { approvals: (Approval & { at: string })[] }).approvals;
    },
    settle: (more) => lab.write('/etc/steward/steward.yaml', `${LAB_SETTINGS}${more}`),
  };
}

/** The fix for a line that the shop does not know; `replace` is what is put in its place. */
export function mendWith(replace: string, within = '10s') {
  return {
    title: 'Take the unknown setting out',
    targets: [UNIT],
    evidence: ['P1'],
    apply: [{ edit: { file: CONF, find: 'colour=red\n', replace } }, { run: `systemctl restart ${UNIT}` }],
    verify: [{ run: `systemctl is-active ${UNIT}`, within, for: '1s' }],
  };
}

/** The same as the executor is asked for it. */
export function asChange(text: string): Change {
  return {
    title: 'Write the settings anew',
    targets: [{ unit: UNIT }],
    why: null,
    evidence: [],
    preflight: [],
    apply: [
      { kind: 'write', file: CONF, text },
      { kind: 'run', line: `systemctl restart ${UNIT}` },
    ],
    verify: [
      {
        what: { kind: 'run', line: `systemctl is-active ${UNIT}` },
        expect: 'exit 0',
        withinMs: 1_000,
        forMs: 500,
      },
    ],
    rollback: 'auto',
    window: null,
  };
}
