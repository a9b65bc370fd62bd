import { describe, expect, it } from 'vitest';
import { selfHarm } from '../../src/changes/self-harm.ts';
import type { OwnGround } from '../../src/protocol/own-ground.ts';

const GROUND: OwnGround = {
  unit: 'nightly.service',
  interfaces: ['eth0'],
  folders: ['/var/lib/steward', '/opt/steward'],
  isModelHere: true,
};

const line = (text: string) => ({ kind: 'shell' as const, line: text, cwd: '/' });
const argv = (text: string) => ({ kind: 'process' as const, argv: text.split(' '), cwd: '/' });
const write = (path: string) => ({ kind: 'write' as const, path, content: '', expects: null });

const WAY_IN = 'it is a way into this machine';
const NETWORK = 'it changes the network by which this machine is reached';
const NAMES = 'it answers for names, and steward looks names up';
const OWN = 'it is a part of steward';

describe('what steward stands on', () => {
  it.each([
    ['systemctl restart ssh', `ssh: ${WAY_IN}`],
    ['sudo systemctl --no-block stop sshd.service', `sshd.service: ${WAY_IN}`],
    ['/usr/bin/systemctl reload ssh.socket', `ssh.socket: ${WAY_IN}`],
    ['systemctl restart nightly', 'nightly: steward itself runs in it'],
    ['systemctl disable steward-recover.timer', `steward-recover.timer: ${OWN}`],
    [
      'systemctl restart systemd-networkd',
      'systemd-networkd: it holds the network by which this machine is reached',
    ],
    ['service unbound restart', `unbound: ${NAMES}`],
    ['systemctl restart ollama', 'ollama: it serves the model that steward asks'],
    ['ip link set eth0 down', `ip link set eth0 down: ${NETWORK}`],
    ['ip -4 route del default', `ip -4 route del default: ${NETWORK}`],
    ['nft flush ruleset', `nft flush ruleset: ${NETWORK}`],
    ['iptables -A INPUT -j DROP', `iptables -A INPUT -j DROP: ${NETWORK}`],
    [
      'systemctl isolate rescue.target',
      'systemctl isolate rescue.target: it ends steward in the middle of the change',
    ],
    ['rm -r /var/lib/steward/runs', `/var/lib/steward/runs: ${OWN}`],
    ['cp a /etc/ssh/sshd_config', '/etc/ssh/sshd_config: it decides who gets into this machine'],
    ['dd if=x of=/boot/vmlinuz', '/boot/vmlinuz: this machine starts from it'],
  ])('is seen in %s', (text, expected) => {
    expect(selfHarm([argv(text)], [], GROUND)).toContain(expected);
  });

  it.each([
    'systemctl restart nginx',
    'systemctl status ssh',
    'ip link set eth1 down',
    'ip -br addr',
    'iptables -L -n',
    'nft list ruleset',
    'ufw status',
    'nginx -s reload',
    'touch /srv/steward.txt',
  ])('is not seen in %s', (text) => {
    expect(selfHarm([argv(text)], [], GROUND)).toEqual([]);
  });

  it('is seen in every part of a line for a shell', () => {
    expect(selfHarm([line('cd /tmp && (true; systemctl restart ssh) | tee x')], [], GROUND)).toEqual([
      `ssh: ${WAY_IN}`,
    ]);
    expect(selfHarm([line('echo "nameserver ::1" >/etc/resolv.conf; :')], [], GROUND)).toEqual([
      `/etc/resolv.conf: ${NAMES}`,
    ]);
    expect(selfHarm([line('timeout 5 sudo -n ip link set eth0 down')], [], GROUND)).toHaveLength(1);
  });

  it('is seen in files: settings, drop-ins of its units, its own', () => {
    const files = [
      '/etc/systemd/resolved.conf',
      '/etc/systemd/system/ssh.service.d/override.conf',
      '/etc/systemd/system/nightly.service',
      '/opt/steward/dist/cli.mjs',
      '/etc/nginx/nginx.conf',
      '/etc/systemd/system/nginx.service',
    ];
    expect(selfHarm(files.map(write), [], GROUND)).toEqual([
      `/etc/systemd/resolved.conf: ${NAMES}`,
      `/etc/systemd/system/ssh.service.d/override.conf: ${WAY_IN}`,
      '/etc/systemd/system/nightly.service: steward itself runs in it',
      `/opt/steward/dist/cli.mjs: ${OWN}`,
    ]);
  });

  it('is seen in what a change says it is about', () => {
    expect(selfHarm([], [{ unit: 'ssh.service' }, { host: 'nas' }], GROUND)).toEqual([
      `ssh.service: ${WAY_IN}`,
    ]);
  });

  it('does not hold the model when that is elsewhere', () => {
    expect(selfHarm([argv('systemctl restart ollama')], [], { ...GROUND, isModelHere: false })).toEqual([]);
  });
});
