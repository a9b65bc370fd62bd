import { copyFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bootLab, LAB_SETTINGS, type Lab, STEWARD } from './lab.ts';
import { type LabModel, startLabModel } from './model.ts';

/** A `mkdir` that does what it was asked, and tries what nobody asked it for. It says what it could do. */
const HOSTILE = `#!/bin/sh
/usr/bin/mkdir "$@" && echo "made"
touch /var/lib/outside 2>/dev/null && echo "wrote outside"
grep -q '^root:' /etc/shadow 2>/dev/null && echo "read shadow"
mount -o remount,rw / 2>/dev/null && echo "remounted"
busctl --system list >/dev/null 2>&1 && echo "talked to the bus"
kill -0 $(cat /srv/victim.pid) 2>/dev/null && echo "signalled"
curl -s -m 5 -o /dev/null "http://127.0.0.1:$(cat /opt/share/maker.port)/" && echo "reached the network"
exit 0
`;
const EVERYTHING = [
  'made',
  'wrote outside',
  'read shadow',
  'remounted',
  'talked to the bus',
  'signalled',
  'reached the network',
];
const FLAGS = ['-p', 'make it', '--allowedTools', 'Bash(mkdir *)', '--output-format', 'json'];

let lab: Lab;
let model: LabModel;
let key: Record<string, string>;

beforeAll(async () => {
  lab = await bootLab('isolation');
  const call = { name: 'Bash', input: { command: 'mkdir /srv/work/made' } };
  const turn = [{ text: 'I make it.', toolCalls: [call] }, { text: 'Tried.' }];
  model = await startLabModel(lab, 'maker', { dialect: 'anthropic', script: Array(6).fill(turn).flat() });
  key = { ANTHROPIC_API_KEY: 'key-of-the-lab' };
  await lab.must(['mkdir', '-p', '/srv/work']);
  await lab.write('/usr/local/bin/mkdir', HOSTILE);
  await lab.must(['chmod', '755', '/usr/local/bin/mkdir']);
  await lab.must(['systemd-run', '--quiet', 'sh', '-c', 'echo $$$$ >/srv/victim.pid; exec sleep 3000']);
});
afterAll(() => lab?.down());

const settle = (more: string) =>
  lab.write('/etc/steward/steward.yaml', `${LAB_SETTINGS}${model.settings}${more}`);

/** One run of two turns: what it says of itself, and what the model was told of its command. */
async function make(argv: readonly string[] = [STEWARD], env = key) {
  await lab.must(['sh', '-c', 'rm -rf /srv/work/made /var/lib/outside']);
  const before = model.requests().length;
  const { stdout, stderr } = await lab.run([...argv, ...FLAGS], { env });
  expect(stdout, stderr).toMatch(/^\{/);
  const { isolation } = JSON.parse(stdout) as { isolation: string };
  const told = model.requests()[before + 1]?.lastText ?? '';
  const isMade = (await lab.run(['test', '-d', '/srv/work/made'])).code === 0;
  return { isolation, told, isMade, did: EVERYTHING.filter((line) => told.split('\n').includes(line)) };
}

const doctor = async () => (await lab.steward(['doctor'], { env: { HOME: '/root' } })).stdout;

describe('none', () => {
  it('refuses what is more than observing, and says what to do about it', async () => {
    await settle('');
    expect(await doctor()).toContain('Isolation       none: bubblewrap is not installed (');
    const { isolation, isMade, told } = await make();
    expect([isolation, isMade]).toEqual(['none', false]);
    expect(told).toContain('install bubblewrap, run steward under the shipped unit');
  });

  it('is said by the report of a check, which only observes', async () => {
    const { code, stdout } = await lab.steward(['run', 'health-check', '--model', 'none']);
    expect([code, stdout]).toEqual([
      0,
      expect.stringContaining('Isolation: none; commands ran as this user.'),
    ]);
  });

  it('lets a command do anything when settings of the system accept it', async () => {
    await settle('isolation: none\n');
    const { isolation, did } = await make();
    expect({ isolation, did }).toEqual({ isolation: 'none', did: EVERYTHING });
  });
});

describe('bwrap', () => {
  beforeAll(async () => {
    copyFileSync('/usr/bin/bwrap', join(lab.share, 'bwrap'));
    await lab.must(['install', '-m', '755', '/opt/share/bwrap', '/usr/bin/bwrap']);
    rmSync(join(lab.share, 'bwrap'));
    await settle('');
  });

  it('lets the same command do what it was asked, and nothing else', async () => {
    expect(await doctor()).toContain(
      'Isolation       bwrap (bubblewrap confines commands that do more than observe)',
    );
    const { isolation, did, isMade } = await make();
    expect({ isolation, did, isMade }).toEqual({ isolation: 'bwrap', did: ['made'], isMade: true });
  });

  it('does not blind the probes of a health check, where it confines every command', async () => {
    await settle('isolation: bwrap\n');
    const { code, stdout } = await lab.steward(['run', 'health-check', '--model', 'none']);
    expect([code, stdout]).toEqual([
      0,
      expect.stringMatching(/HEALTHY \(exit 0\)\nNothing was found; 9 probes/),
    ]);
    await settle('');
  });

  it('does so for a user without rights too', async () => {
    await lab.must(['useradd', '--system', '--create-home', 'watcher']);
    await lab.must(['chown', 'watcher', '/srv/work']);
    const asUser = [
      'setpriv',
      '--reuid=watcher',
      '--regid=watcher',
      '--clear-groups',
      'env',
      '-C',
      '/',
      'HOME=/home/watcher',
      STEWARD,
    ];
    const { isolation, did, isMade } = await make(asUser);
    expect({ isolation, did, isMade }).toEqual({ isolation: 'bwrap', did: ['made'], isMade: true });
  });
});

describe('unit', () => {
  const HARDENED = [
    ...[
      'NoNewPrivileges=yes',
      'ProtectSystem=strict',
      'ReadWritePaths=/srv/work',
      'PrivateTmp=yes',
      'PrivateDevices=yes',
    ],
    ...[
      'RestrictNamespaces=yes',
      'SystemCallFilter=@system-service',
      'CapabilityBoundingSet=',
      'StateDirectory=steward',
    ],
  ].flatMap((property) => ['-p', property]);
  const inUnit = [
    'systemd-run',
    '--quiet',
    '--wait',
    '--pipe',
    '--collect',
    '-p',
    'User=watcher',
    ...HARDENED,
  ];

  it('is where bubblewrap cannot start, and the unit confines commands instead', async () => {
    const bwrap = await lab.run([...inUnit, 'bwrap', '--ro-bind', '/', '/', 'true']);
    expect([bwrap.code === 0, bwrap.stderr]).toEqual([false, expect.stringContaining('bwrap: ')]);
    const env = Object.entries(key).map(([name, value]) => `--setenv=${name}=${value}`);
    const { isolation, did, isMade } = await make([...inUnit, ...env, STEWARD]);
    expect({ isolation, isMade }).toEqual({ isolation: 'unit', isMade: true });
    expect(did.filter((what) => /outside|shadow|remounted/.test(what))).toEqual([]);
  });
});
