/**
 * Records machines for noise.test.ts: every command that the shipped probes ask, asked for real. By hand, as root, on a
 * Debian with the packages that the states below name: `node test/context/noise/record.ts > test/fixtures/machines.json`.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { fillArgv, lookUp } from '../../../src/context/fill-words.ts';
import { parseOutput } from '../../../src/context/parse-output.ts';
import { describeAction } from '../../../src/protocol/action.ts';
import type { ProbeSpec } from '../../../src/protocol/probe.ts';
import type { FakeOutput } from '../../fakes/processes.ts';
import { type Machine, shippedProbes, tell } from './machine.ts';

const LAB = join(import.meta.dirname, '../../lab');
/** Of a journal, its end. */
const JOURNAL_LINES = 15;

interface State {
  name: string;
  how: string;
  /** Shell lines, run before it is looked at. */
  prepare: string[];
  parameters?: Machine['parameters'];
}

/** `inside` stands before each command: empty for this machine, else what enters another. */
interface Place {
  inside: readonly string[];
}

function run(place: Place, argv: readonly string[]): FakeOutput {
  const [program = '', ...rest] = [...place.inside, ...argv];
  const env = { PATH: process.env.PATH ?? '', HOME: '/root', LANG: 'C.UTF-8', LC_ALL: 'C.UTF-8', TZ: 'UTC' };
  const done = spawnSync(program, rest, { encoding: 'utf8', env, timeout: 20_000, maxBuffer: 64 << 20 });
  let { stdout } = done;
  if (argv[0] === 'journalctl')
    stdout = stdout
      .split('\n')
      .slice(-JOURNAL_LINES - 1)
      .join('\n');
  return {
    ...(stdout === '' ? {} : { stdout }),
    ...(done.stderr === '' || done.status === 0 ? {} : { stderr: done.stderr }),
    ...(done.status === 0 ? {} : { exitCode: done.status ?? 1 }),
  };
}

function record(place: Place, state: State, specs: readonly ProbeSpec[]): Machine {
  for (const line of state.prepare) run(place, ['sh', '-c', line]);
  const parameters = state.parameters ?? {};
  const machine: Machine = {
    ...{ name: state.name, how: state.how, at: Date.now(), isRoot: true, parameters },
    ...{ commands: {}, http: {}, programs: [], paths: [] },
  };
  const has = (name: string) => {
    const list = name.startsWith('/') ? machine.paths : machine.programs;
    if (list.includes(name)) return true;
    const test = name.startsWith('/') ? ['test', '-e', name] : ['sh', '-c', `command -v ${name}`];
    if ((run(place, test).exitCode ?? 0) !== 0) return false;
    list.push(name);
    return true;
  };
  const ask = (argv: readonly string[]) => {
    const output = run(place, argv);
    machine.commands[describeAction({ kind: 'process', argv, cwd: '/' })] = output;
    return output;
  };
  for (const { gather, needs, given, unset } of tell(specs, parameters)) {
    if (unset !== null || !needs.every(has)) continue;
    if (gather.kind === 'run' && has(gather.argv[0] ?? '')) ask(gather.argv);
    if (gather.kind !== 'steps' || !gather.steps.every(({ argv }) => has(argv[0] ?? ''))) continue;
    const outputs: Record<string, unknown> = {};
    for (const step of gather.steps) {
      const scope = { ...given, given, ...outputs };
      const names = new Set([...Object.keys(given), ...Object.keys(outputs)]);
      const items = step.each === null ? [undefined] : (lookUp(step.each, scope) ?? []);
      for (const item of items as unknown[]) {
        const own = step.each === null ? scope : { ...scope, [step.as]: item };
        const { stdout = '' } = ask(fillArgv(step.argv, own, new Set([...names, step.as])));
        const parsed = parseOutput(step.parse, stdout);
        if (parsed.ok) outputs[step.name] = parsed.output;
      }
    }
  }
  return machine;
}

const unit = (name: string, text: string) =>
  `printf '%b' '${text}' > /etc/systemd/system/${name}; systemctl daemon-reload`;
const SERVICE = '[Service]\\nExecStart=/bin/sleep 9999\\n[Install]\\nWantedBy=multi-user.target\\n';

/** Of a booted Debian: healthy, ordinary, a little untidy. */
const BOOTED: State[] = [
  { name: 'fresh', how: 'just booted', prepare: [] },
  { name: 'again', how: 'the same, asked a second time', prepare: ['sleep 1'] },
  {
    name: 'services',
    how: 'with five services of its own',
    prepare: [1, 2, 3, 4, 5].map(
      (n) => `${unit(`app${n}.service`, SERVICE)}; systemctl enable --now app${n}`,
    ),
  },
  {
    name: 'stopped',
    how: 'a service that somebody stopped and left enabled',
    prepare: ['systemctl stop app1'],
  },
  { name: 'masked', how: 'a masked unit', prepare: ['systemctl mask app5'] },
  {
    name: 'oneshot',
    how: 'a oneshot that ended well',
    prepare: [
      `${unit('once.service', '[Service]\\nType=oneshot\\nExecStart=/bin/true\\n')}; systemctl start once`,
    ],
  },
  {
    name: 'timer',
    how: 'a timer that waits for the night',
    prepare: [
      `${unit('once.timer', '[Timer]\\nOnCalendar=daily\\n[Install]\\nWantedBy=timers.target\\n')}; systemctl enable --now once.timer`,
    ],
  },
  {
    name: 'ran',
    how: 'the same after it fired',
    prepare: [
      `${unit('often.service', '[Service]\\nType=oneshot\\nExecStart=/bin/true\\n')}; ${unit('often.timer', '[Timer]\\nOnCalendar=*:*:0/5\\nAccuracySec=100ms\\n[Install]\\nWantedBy=timers.target\\n')}; systemctl enable --now often.timer; sleep 6`,
    ],
  },
  {
    name: 'disabled-timer',
    how: 'a timer that somebody disabled',
    prepare: ['systemctl disable --now often.timer'],
  },
  {
    name: 'restarted-once',
    how: 'a service that died once and was restarted',
    prepare: [
      `${unit('flaky.service', '[Service]\\nExecStart=/bin/sleep 9999\\nRestart=always\\nRestartSec=100ms\\n')}; systemctl start flaky; sleep 0.3; systemctl kill -s KILL flaky; sleep 1`,
    ],
  },
  {
    name: 'reset',
    how: 'a unit that failed and was reset',
    prepare: [
      `${unit('bad.service', '[Service]\\nType=oneshot\\nExecStart=/bin/false\\n')}; systemctl start bad; systemctl reset-failed bad`,
    ],
  },
  {
    name: 'noisy-log',
    how: 'a log with warnings of programs that are like that',
    prepare: [
      'for i in 1 2 3 4 5 6; do logger -p daemon.warning "client $i sent a malformed request"; logger -p auth.info "Connection closed by 198.51.100.$i port 4$i"; done',
    ],
  },
  {
    name: 'noisier-log',
    how: 'the same, and more of it',
    prepare: ['for i in $(seq 40); do logger -p daemon.info "lease for 10.0.0.$i renewed"; done'],
  },
  {
    name: 'fstab',
    how: 'an fstab with a CD drive, swap and an automounted share',
    prepare: [
      "printf '/dev/sr0 /media/cdrom0 udf user,noauto 0 0\\nUUID=1 none swap sw 0 0\\nnas:/x /mnt/nas nfs nofail,x-systemd.automount 0 0\\n' > /etc/fstab",
    ],
  },
  {
    name: 'tmpfs',
    how: 'a full tmpfs that a program uses as its scratch',
    prepare: [
      'mkdir -p /srv/scratch; mount -t tmpfs -o size=1m none /srv/scratch; head -c 1M /dev/zero > /srv/scratch/x',
    ],
  },
  { name: 'bind', how: 'a bind mount', prepare: ['mkdir -p /srv/bound; mount --bind /etc /srv/bound'] },
  {
    name: 'bridge',
    how: 'a bridge without guests and a link that is down',
    prepare: [
      'ip link add br0 type bridge; ip addr add 10.77.0.1/24 dev br0; ip link set br0 up; ip link add vx type veth peer name vy',
    ],
  },
  {
    name: 'pair',
    how: 'a link with an address and a default route through it',
    prepare: [
      'ip addr add 10.78.0.2/24 dev vx; ip link set vx up; ip link set vy up; ip route add default via 10.78.0.1 dev vx',
    ],
  },
  {
    name: 'names',
    how: 'names, ports and certificates declared, all as they should be',
    prepare: ["printf '10.78.0.9 nas.lan nas\\n' >> /etc/hosts"],
    parameters: { dns: { names: [{ name: 'nas.lan', address: '10.78.0.9' }, { name: 'localhost' }] } },
  },
  {
    name: 'evening',
    how: 'the same, with a git work tree that has files of its own beside it',
    prepare: [
      'mkdir -p /srv/infra; cd /srv/infra; git init -q; git config user.email a@b; git config user.name n; echo a > a; git add a; git commit -qm a; echo scratch > notes',
    ],
    parameters: { git: { paths: ['/srv/infra'] } },
  },
  {
    name: 'drop-in',
    how: 'a service with a drop-in and a limit of memory',
    prepare: ['systemctl set-property app2 MemoryHigh=50M; systemctl restart app2'],
  },
  {
    name: 'paused',
    how: 'a service that somebody froze with SIGSTOP',
    prepare: ['systemctl kill -s STOP app3'],
  },
  {
    name: 'user',
    how: 'a user who has logged in and a lingering manager',
    prepare: [
      'useradd -m op; mkdir -p /var/lib/systemd/linger; touch /var/lib/systemd/linger/op; systemctl start user@1000 || true; sleep 1',
    ],
  },
];

/** Of this machine, with Debian's packages of servers on it, started by hand. */
const HERE: State[] = [
  { name: 'plain', how: 'a Debian 12 VM without systemd', prepare: [] },
  {
    name: 'redis',
    how: 'with a Redis of its own',
    prepare: ['redis-server --port 17301 --bind 127.0.0.1 --daemonize yes --save "" --dir /tmp; sleep 1'],
    parameters: { redis: { servers: [{ host: '127.0.0.1', port: 17301 }] }, ports: { expected: [17301] } },
  },
  {
    name: 'redis-used',
    how: 'the same with some data in it',
    prepare: ['for i in 1 2 3; do redis-cli -p 17301 set k$i v; done'],
    parameters: { redis: { servers: [{ host: '127.0.0.1', port: 17301 }] } },
  },
  {
    name: 'restic',
    how: 'a restic repository with a fresh snapshot; borg with a fresh archive',
    prepare: [
      'mkdir -p /tmp/noise; cd /tmp/noise; export BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK=yes; [ -d borg ] || borg init -e none borg; borg create borg::n-{now} /etc/hostname',
    ],
    parameters: { borg: { repositories: ['/tmp/noise/borg'] } },
  },
  {
    name: 'certificates',
    how: 'a certificate that is good for a year',
    prepare: [
      'openssl req -x509 -newkey rsa:2048 -nodes -keyout /tmp/noise/k -out /tmp/noise/c.crt -subj /CN=nas.lan -days 365',
    ],
    parameters: { certificates: { paths: ['/tmp/noise/c.crt'] } },
  },
];

const specs = await shippedProbes();
const machines: Machine[] = [];
for (const suite of process.argv.slice(2)) {
  if (suite === 'here') {
    for (const state of HERE)
      machines.push(record({ inside: [] }, { ...state, name: `vm-${state.name}` }, specs));
    continue;
  }
  const boot = (verb: string, ...more: string[]) => [
    'bash',
    join(LAB, 'boot-systemd.sh'),
    verb,
    suite,
    'noise',
    ...more,
  ];
  const version = suite.includes('trixie') ? '257' : '252';
  run({ inside: [] }, boot('up'));
  for (const state of BOOTED) {
    const place = { inside: boot('exec', '--') };
    machines.push(record(place, { ...state, name: `${version}-${state.name}` }, specs));
  }
  run({ inside: [] }, boot('down'));
}

// The same output stands once, under its digest: machines differ in little.
const outputs: Record<string, string> = {};
const stored = machines.map((machine) => ({
  ...machine,
  commands: Object.fromEntries(
    Object.entries(machine.commands).map(([command, output]) => {
      if (output.stdout === undefined) return [command, output];
      const key = createHash('sha256').update(output.stdout).digest('hex').slice(0, 12);
      outputs[key] = output.stdout;
      return [command, { ...output, stdout: key }];
    }),
  ),
}));
process.stdout.write(`${JSON.stringify({ outputs, machines: stored }, null, 1)}\n`);
