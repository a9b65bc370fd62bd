import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bootLab, LAB_SETTINGS, type Lab } from '../lab/lab.ts';
import { consulProgram } from '../lab/packages.ts';

const SERVERS = [1, 2, 3];
const address = (server: number) => `127.0.1.${server}`;
const http = (server: number) => `http://${address(server)}:8500`;
let lab: Lab;

/** Three real servers of Consul in a booted Debian, each on a loopback address of its own; the first is `consul.service`. */
beforeAll(async () => {
  lab = await bootLab('quorum');
  copyFileSync(await consulProgram(), join(lab.share, 'consul'));
  await lab.must(['install', '-m755', '/opt/share/consul', '/usr/local/bin/consul']);
  await lab.write(
    '/etc/steward/steward.yaml',
    `${LAB_SETTINGS}environment: { CONSUL_HTTP_ADDR: '${http(1)}' }\n`,
  );
  for (const server of SERVERS) {
    const name = server === 1 ? 'consul' : `consul-${server}`;
    const words = [
      ...['/usr/local/bin/consul', 'agent', '-server', '-bootstrap-expect=3', `-node=nuc${server}`],
      ...[`-bind=${address(server)}`, `-client=${address(server)}`, `-data-dir=/var/lib/${name}`],
      ...['-datacenter=homelab', '-retry-join=127.0.1.1', '-retry-interval=1s', '-disable-host-node-id'],
    ];
    await lab.write(
      `/etc/systemd/system/${name}.service`,
      `[Unit]\nStartLimitIntervalSec=0\n[Service]\nExecStart=${words.join(' ')}\nRestart=no\n`,
    );
    await lab.must(['systemctl', 'start', name]);
  }
  await until(`consul operator raft list-peers -http-addr=${http(1)} | grep -c follower | grep -qx 2`);
});
afterAll(() => lab?.down());

async function until(line: string): Promise<void> {
  while ((await lab.run(['sh', '-c', line])).code !== 0) await lab.run(['sleep', '0.5']);
}

const RESTART = `title: Restart a server
apply:
  - run: systemctl restart consul
verify:
  - call: { Consul: { verb: peers } }
    within: 90s
`;

async function change(text: string): Promise<{ code: number | null; stdout: string }> {
  await lab.write('/root/change.yaml', text);
  return lab.steward(['change', 'run', '/root/change.yaml', '--yes', '--output-format', 'json']);
}
const startedAt = () => lab.must(['systemctl', 'show', '-p', 'ExecMainStartTimestampMonotonic', 'consul']);

describe('three servers of Consul', () => {
  it('let one of them be restarted while all are alive', async () => {
    const before = await startedAt();
    const { code, stdout } = await change(RESTART);
    expect(code, stdout).toBe(0);
    expect(await startedAt()).not.toBe(before);
  });

  it('keep their quorum: with one gone, no other is restarted, and nothing is done', async () => {
    await until(`consul members -http-addr=${http(1)} | grep -c alive | grep -qx 3`);
    await lab.must(['systemctl', 'kill', '-s', 'KILL', 'consul-3']);
    await until(`consul members -http-addr=${http(1)} | grep -q failed`);
    const before = await startedAt();
    const { code, stdout } = await change(RESTART);
    expect(code, stdout).toBe(60);
    expect(stdout).toContain('2 of 3 servers are alive, a quorum takes 2');
    expect(JSON.parse(stdout).changes).toMatchObject([{ end: 'refused' }]);
    expect(await startedAt()).toBe(before);
  });

  it('without a quorum take no write: the change is refused before anything is done', async () => {
    await lab.must(['systemctl', 'kill', '-s', 'KILL', 'consul-2']);
    await until(`! consul operator raft list-peers -http-addr=${http(1)} >/dev/null 2>&1`);
    const { code, stdout } = await change(`title: A key
apply:
  - call: { Consul: { verb: put, key: app/port, value: '1' } }
verify:
  - call: { Consul: { verb: get, key: app/port } }
`);
    expect(code, stdout).toBe(42);
    expect(stdout).toMatch(/does not answer|No cluster leader|failed/);
  });
});
