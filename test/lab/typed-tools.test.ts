import { copyFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { approvalIn } from '../approval-id.ts';
import { bootLab, LAB_SETTINGS, type Lab } from './lab.ts';
import { consulProgram } from './packages.ts';

const CONSUL = 'http://127.0.0.1:8500';
let lab: Lab;

beforeAll(async () => {
  lab = await bootLab('typed');
  copyFileSync(await consulProgram(), join(lab.share, 'consul'));
  await lab.must(['install', '-m755', '/opt/share/consul', '/usr/local/bin/consul']);
  copyFileSync(join(import.meta.dirname, '../stand-ins/nomad'), join(lab.share, 'nomad'));
  await lab.must(['install', '-m755', '/opt/share/nomad', '/usr/local/bin/nomad']);
  await lab.write(
    '/etc/steward/steward.yaml',
    `${LAB_SETTINGS}environment: { CONSUL_HTTP_ADDR: '${CONSUL}' }\n`,
  );
  await lab.write(
    '/etc/consul/web.json',
    JSON.stringify({
      service: {
        name: 'web',
        port: 80,
        check: {
          args: ['sh', '-c', 'test "$(consul kv get web/state)" = good || exit 2'],
          interval: '1s',
          timeout: '5s',
        },
      },
    }),
  );
  await lab.must([
    ...['systemd-run', '--unit=consul', 'consul', 'agent', '-dev', '-node=nuc1', '-datacenter=homelab'],
    ...['-enable-local-script-checks', '-config-dir=/etc/consul'],
  ]);
  await lab.must(['sh', '-c', 'until consul kv put app/port 80 >/dev/null 2>&1; do sleep 0.2; done']);
});
afterAll(() => lab?.down());

interface Done {
  code: number | null;
  result: Record<string, unknown>;
}

async function change(text: string, name = 'change', env: Record<string, string> = {}): Promise<Done> {
  await lab.write(`/root/${name}.yaml`, text);
  const { code, stdout, stderr } = await lab.steward(
    ['change', 'run', `/root/${name}.yaml`, '--yes', '--output-format', 'json'],
    { env },
  );
  expect(stdout, stderr).toMatch(/^\{/);
  return { code, result: JSON.parse(stdout) as Record<string, unknown> };
}

const key = async (name: string) => (await lab.run(['consul', 'kv', 'get', name])).stdout.trim();
const put = (value: string, verified = value) => `title: Another port
apply:
  - call: { Consul: { verb: put, key: app/port, value: '${value}' } }
verify:
  - call: { Consul: { verb: get, key: app/port } }
    expect: json.value == '${verified}'
    for: 0s
`;

describe('a key of Consul', () => {
  it('is put by a change, which names the cluster, its datacenter and the index it rests on', async () => {
    await lab.must(['consul', 'kv', 'put', 'app/port', '80']);
    const { code, result } = await change(put('8080'));
    expect({ code, outcome: result.outcome, error: result.error }).toEqual({
      code: 0,
      outcome: 'fixed',
      error: null,
    });
    expect(await key('app/port')).toBe('8080');
    const [done] = result.changes as { steps: string[] }[];
    expect(done?.steps.join()).toContain(`at ${CONSUL}, datacenter homelab`);
    const { stdout } = await lab.steward(['runs', 'show', String(result.session_id), '--json']);
    expect(stdout).toContain('-cas');
    expect(stdout).toMatch(/"kind":\s*"consul-index"/);
    expect(stdout).toContain('-http-addr=http://127.0.0.1:8500');
  });

  it('is put back, by its index, when the change does not hold', async () => {
    await lab.must(['consul', 'kv', 'put', 'app/port', '80']);
    const { code, result } = await change(put('8080', '9090'));
    expect({ code, changes: result.changes }).toMatchObject({
      code: 58,
      changes: [{ end: 'rolled-back', rollback_verified: true }],
    });
    expect(await key('app/port')).toBe('80');
  });

  it('that was not there is deleted again, and a value may begin with @ or a dash', async () => {
    await lab.run(['consul', 'kv', 'delete', 'app/new']);
    const text = put('@/etc/hostname', '-').replaceAll('app/port', 'app/new');
    const undone = await change(text);
    expect(undone.code, JSON.stringify(undone.result)).toBe(58);
    expect((await lab.run(['consul', 'kv', 'get', 'app/new'])).code).toBe(1);
    const good = put('@/etc/hostname').replaceAll('app/port', 'app/new');
    expect((await change(good)).code).toBe(0);
    expect(await key('app/new')).toBe('@/etc/hostname');
  });

  it('that was not there is put only where there is still none: what somebody put meanwhile stays', async () => {
    await lab.run(['consul', 'kv', 'delete', 'app/fresh']);
    const first = '  - run: consul kv put app/fresh theirs\n';
    const text = put('ours').replaceAll('app/port', 'app/fresh').replace('apply:\n', `apply:\n${first}`);
    const { code, result } = await change(text);
    // What they have put is not ours to take away, and that is said.
    expect({ code, outcome: result.outcome }).toEqual({ code: 60, outcome: 'escalated' });
    expect(JSON.stringify(result)).toContain('app/fresh was changed by somebody else; it is left as it is');
    expect(await key('app/fresh')).toBe('theirs');
    const { stdout } = await lab.steward(['runs', 'show', String(result.session_id), '--json']);
    expect(stdout).toContain('/v1/kv/app/fresh?cas=0&dc=homelab');
    expect(stdout).toContain('somebody else has written it since: nothing was done');
  });

  it('is won by one of two changes that race for it; the other has no effect', async () => {
    for (let round = 0; round < 3; round += 1) {
      await lab.must(['consul', 'kv', 'put', 'app/port', `${round}`]);
      // Each with a target of its own: not steward's lock decides, but the index. Both are planned before either goes on.
      const isThere = (value: string) => `/run/race-${round}-${value}`;
      const meet = (value: string) =>
        `  - run: sh -c 'mkdir ${isThere(value)}; until ls -d ${isThere('a1')} ${isThere('b1')}; do sleep 0.05; done'\n`;
      const racing = (value: string) =>
        put(value).replace('apply:\n', `targets: [${value}]\napply:\n${meet(value)}`);
      const both = await Promise.all([change(racing('a1'), 'a'), change(racing('b1'), 'b')]);
      const codes = both.map(({ code }) => code).sort();
      const won = await key('app/port');
      expect(['a1', 'b1'], JSON.stringify(both)).toContain(won);
      const winner = both[won === 'a1' ? 0 : 1];
      expect(winner?.code, JSON.stringify(both)).toBe(0);
      expect(codes, JSON.stringify(both)).not.toEqual([0, 0]);
    }
  });

  it('is put where settings say, whatever the environment of the process says', async () => {
    const nowhere = { CONSUL_HTTP_ADDR: 'http://127.0.0.1:1' };
    // What the environment says does not count: settings do.
    expect((await change(put('4000'), 'change', nowhere)).code).toBe(0);
    expect(await key('app/port')).toBe('4000');
  });

  it('refuses what does not fit, and says what would', async () => {
    const { code, result } = await change(put('1').replace('verb: put', 'verb: puts'));
    expect(code).toBe(42);
    expect(JSON.stringify(result.error)).toContain('verb must be one of members');
    const strange = await change(put('1').replace('key: app/port,', 'key: app/port, token: x,'));
    expect(JSON.stringify(strange.result.error)).toContain('put does not take token');
  });
});

describe('a failing check of Consul', () => {
  it('is turned healthy by a change, which proves it', async () => {
    await lab.must(['consul', 'kv', 'put', 'web/state', 'bad']);
    const state = `curl -fs ${CONSUL}/v1/health/checks/web`;
    await lab.must([
      'sh',
      '-c',
      `for i in $(seq 100); do ${state} | grep -q critical && exit 0; sleep 0.2; done; ${state}; exit 1`,
    ]);
    const { code, result } = await change(`title: Make web healthy
apply:
  - call: { Consul: { verb: put, key: web/state, value: good } }
verify:
  - http: ${CONSUL}/v1/health/checks/web
    expect: json[0].Status == 'passing'
    within: 20s
    for: 2s
`);
    expect({ code, error: result.error }).toEqual({ code: 0, error: null });
  });
});

const JOB = '/srv/jobs/web.nomad';
const job = (image: string, count = 2, meta = 'x') =>
  `job = web\ncount = ${count}\nimage = ${image}\nmeta = ${meta}\n`;
const RUN = `title: Another image
apply:
  - call: { Nomad: { verb: run, file: ${JOB} } }
verify:
  - call: { Nomad: { verb: status, job: web } }
    expect: json[0].Status == 'running'
    for: 0s
`;
const version = async () =>
  (
    JSON.parse(
      await lab.must(['nomad', 'job', 'inspect', '-address=http://127.0.0.1:4646', '-json', 'web']),
    ) as {
      Job: { Version: number; Meta: string; JobModifyIndex: number };
    }
  ).Job;

describe('a command on another host (a real sshd)', () => {
  const ssh = (command: string[], more = '') => `title: On the other machine
apply:
  - call: { Ssh: { verb: run, host: nas, command: ${JSON.stringify(command)} } }
verify:
  - call: { Ssh: { verb: run, host: nas, command: [systemctl, is-active, consul] } }
    for: 0s
${more}`;
  const inside = (script: string) => lab.must(['sh', '-ec', script]);

  beforeAll(async () => {
    await inside(`
      echo '127.0.0.1 nas' >>/etc/hosts
      systemctl start ssh
      install -d -m 0700 /root/.ssh
      ssh-keygen -q -t ed25519 -N '' -f /root/.ssh/id_ed25519
      cp /root/.ssh/id_ed25519.pub /root/.ssh/authorized_keys
      ssh-keyscan -t ed25519 nas >/root/.ssh/known_hosts 2>/dev/null
      echo 'ssh: { hosts: [nas] }' >>/etc/steward/steward.yaml`);
  });

  it('is judged like one here, bound to its key and its machine, and its exit status is the one of over there', async () => {
    await inside('rm -rf /srv/made');
    const { code, result } = await change(ssh(['mkdir', '/srv/made']));
    expect({ code, outcome: result.outcome, error: result.error }).toEqual({
      code: 0,
      outcome: 'fixed',
      error: null,
    });
    await inside('test -d /srv/made');
    const machine = (await lab.must(['cat', '/etc/machine-id'])).slice(0, 8);
    const [done] = result.changes as { steps: string[] }[];
    expect(done?.steps.join()).toContain(`at nas (machine ${machine}, SHA256:`);
    // The same again is refused over there, and that is what counts.
    const again = await change(ssh(['mkdir', '/srv/made']));
    expect(again.code).toBe(58);
    expect(JSON.stringify(again.result)).toContain('File exists');
  });

  it('is refused where policy refuses it here, and where no setting declares the host', async () => {
    const secret = await change(ssh(['cat', '/etc/shadow']));
    expect(secret.code).toBe(42);
    expect(JSON.stringify(secret.result)).toContain('floor:secret-file');
    const other = await change(ssh(['true']).replaceAll('nas', 'nuc9'));
    expect(other.code).toBe(42);
    expect(JSON.stringify(other.result)).toContain('nuc9 is not a host that settings declare');
  });

  it('is not done when its machine is another by now, nor when it answers with another key', async () => {
    await inside('rm -rf /srv/made');
    await lab.write('/root/later.yaml', ssh(['mkdir', '/srv/made']));
    const parked = await lab.steward(['change', 'run', '/root/later.yaml', '--output-format', 'json']);
    expect(parked.code, parked.stdout).toBe(77);
    const id = approvalIn(parked.stdout);
    const own = await lab.must(['cat', '/etc/machine-id']);
    await lab.write('/etc/machine-id', `${'0a'.repeat(16)}\n`);
    try {
      const voided = await lab.steward(['approvals', 'approve', id]);
      expect(voided.code, voided.stdout).toBe(77);
    } finally {
      await lab.write('/etc/machine-id', own);
    }
    expect((await lab.run(['test', '-e', '/srv/made'])).code).toBe(1);
    await inside(
      'rm /etc/ssh/ssh_host_ed25519_key*; ssh-keygen -q -t ed25519 -N "" -f /etc/ssh/ssh_host_ed25519_key; systemctl restart ssh',
    );
    const strange = await change(ssh(['mkdir', '/srv/made']));
    expect(strange.code).toBe(42);
    expect(JSON.stringify(strange.result)).toContain(
      'it answers with another key than the one that is known',
    );
  });
});

describe('a job of Nomad (stand-in)', () => {
  beforeAll(async () => {
    await lab.write(JOB, job('one'));
    await lab.must(['nomad', 'job', 'run', '-address=http://127.0.0.1:4646', JOB]);
  });

  it('is run with the index that its plan was made for', async () => {
    await lab.write(JOB, job('two'));
    const { code, result } = await change(RUN);
    expect({ code, error: result.error }).toEqual({ code: 0, error: null });
    const [done] = result.changes as { steps: string[] }[];
    expect(done?.steps.join()).toContain('DestructiveUpdate 2');
    expect((await version()).Version).toBe(1);
  });

  it('is run when only something in place differs, which exit 0 of the plan hides', async () => {
    await lab.write(JOB, job('two', 2, 'y'));
    const { code, result } = await change(RUN);
    expect({ code, error: result.error }).toEqual({ code: 0, error: null });
    expect(JSON.stringify(result.changes)).toContain('InPlaceUpdate 2');
    expect((await version()).Meta).toBe('y');
  });

  it('is left alone when nothing differs, or there is no place for it', async () => {
    const same = await change(RUN);
    expect(same.code).toBe(42);
    expect(JSON.stringify(same.result.error)).toContain('no difference');
    await lab.write(JOB, job('two', 9, 'y'));
    const full = await change(RUN);
    expect(full.code).toBe(42);
    expect(JSON.stringify(full.result.error)).toContain('would not be placed: front');
    expect((await version()).Version).toBe(2);
  });

  it('is reverted to the version before when the new one does not hold', async () => {
    const before = await version();
    await lab.write(JOB, job('broken', 2, 'z'));
    const { code, result } = await change(RUN);
    expect({ code, changes: result.changes }).toMatchObject({ code: 58, changes: [{ end: 'rolled-back' }] });
    const now = await version();
    expect({ meta: now.Meta, isNewer: now.Version > before.Version }).toEqual({ meta: 'y', isNewer: true });
  });

  it('is run from the file as an earlier step of the change leaves it', async () => {
    await lab.write(JOB, job('two', 2, 'y'));
    const text = RUN.replace(
      'apply:\n',
      `apply:\n  - edit: { file: ${JOB}, find: 'meta = y', replace: 'meta = edited' }\n`,
    );
    const { code, result } = await change(text);
    expect({ code, error: result.error }).toEqual({ code: 0, error: null });
    expect((await version()).Meta).toBe('edited');
  });
});

/** Long enough for whatever the machine around the lab is busy with. */
const service = (run: string, needs = ''): string =>
  `[Unit]\n${needs === '' ? '' : `Requires=${needs}\nAfter=${needs}\n`}[Service]\nExecStart=${run}\n`;

describe('the state of this machine and of its Consul', () => {
  const json = async (...words: string[]) => {
    const { code, stdout, stderr } = await lab.steward([...words, '--json']);
    expect(stdout, stderr).toMatch(/^\{/);
    return { code, value: JSON.parse(stdout) as Record<string, unknown> };
  };

  beforeAll(async () => {
    await lab.write(
      '/etc/steward/inventory.yaml',
      `sources:\n  consul: { kind: consul, url: '${CONSUL}' }\n`,
    );
    await lab.write(
      '/etc/steward/dependencies.yaml',
      'services:\n  base: { unit: base.service, criticality: critical }\n',
    );
    await lab.write('/etc/systemd/system/base.service', service('/bin/sleep infinity'));
    await lab.write('/etc/systemd/system/app.service', service('/bin/sleep infinity', 'base.service'));
    await lab.write('/etc/systemd/system/bad.service', service('/bin/false'));
    await lab.must(['systemctl', 'daemon-reload']);
    await lab.must(['systemctl', 'start', 'app.service']);
    await lab.must(['consul', 'kv', 'put', 'web/state', 'good']);
    await lab.must([
      'sh',
      '-c',
      'until consul catalog services >/dev/null && curl -sf "$0/v1/health/state/passing" | grep -q service:web; do sleep 0.2; done',
      CONSUL,
    ]);
  });

  it('has nothing that is not as it should be, then names what broke and nothing else', async () => {
    const before = await json('state', 'scan');
    expect(before.value).toMatchObject({ failed: [] });
    const well = await json('state', 'export');
    expect((well.value.alerts as object[]).map((row) => row)).toEqual([]);
    await lab.run(['systemctl', 'start', 'bad.service']);
    await lab.must(['sh', '-c', 'until systemctl is-failed bad.service >/dev/null; do sleep 0.1; done']);
    await lab.must(['consul', 'kv', 'put', 'web/state', 'broken']);
    await lab.must([
      'sh',
      '-c',
      'until curl -sf "$0/v1/health/state/critical" | grep -q service:web; do sleep 0.2; done',
      CONSUL,
    ]);
    await json('state', 'scan');
    const { value } = await json('state', 'export');
    const alerts = value.alerts as { name: string; status: string; source: string }[];
    const said = alerts.map(({ name, status, source }) => `${name} ${status} ${source.split(':')[0]}`);
    expect(said.sort()).toEqual(['bad.service failed systemd', 'web critical consul']);
    const diff = await lab.steward(['state', 'diff']);
    expect(diff.stdout).toMatch(/web on nuc1 is critical now; it was passing\.\n/);
    expect(diff.stdout).toMatch(/bad\.service on \S+ is new, and has failed\.\n/);
    expect((await lab.steward(['state', 'validate'])).code).toBe(0);
  });

  it('knows from systemd what cannot do without what, and asks before it is taken away', async () => {
    const { value } = await json('graph', 'impact', 'base');
    expect((value.impact as { name: string }[]).map(({ name }) => name.split('/').at(-1))).toEqual([
      'app.service',
    ]);
    await lab.write(
      '/root/restart.yaml',
      'title: Restart the base\napply: [{ run: systemctl restart base.service }]\nverify: [{ run: systemctl is-active base.service, expect: exit 0 }]\n',
    );
    const checked = await json('change', 'check', '/root/restart.yaml');
    expect(JSON.stringify(checked.value)).toMatch(/base is critical; \S*app\.service needs base/);
  });

  it('is told by another machine through ssh (a real sshd), and a machine whose key is another tells nothing', async () => {
    await lab.write(
      '/etc/steward/inventory.yaml',
      'hosts:\n  nas: { ssh: nas, scan: [systemd, ports], owner: anna }\n  stranger: { ssh: 127.0.0.2 }\n',
    );
    const scan = async () => {
      await json('state', 'scan');
      const { value } = await json('state', 'export');
      const sources = value.sources as { name: string; problem: string | null }[];
      return { value, problems: new Map(sources.map(({ name, problem }) => [name, problem])) };
    };
    const known = (from: string) => `${from} | sed "s/^[^ ]*/nas/" >/root/.ssh/known_hosts`;
    await lab.must(['sh', '-ec', known('echo x $(cut -d " " -f 1,2 /root/.ssh/id_ed25519.pub)')]);
    expect((await scan()).problems.get('systemd:nas')).toMatch(/^not reached: WARNING: REMOTE HOST IDENT/);
    await lab.must(['sh', '-ec', known('ssh-keyscan -t ed25519 nas 2>/dev/null')]);
    const { value, problems } = await scan();
    expect([problems.get('systemd:nas'), problems.get('ports:nas')]).toEqual([null, null]);
    expect(problems.get('systemd:stranger')).toMatch(/^not reached: .*(key|Host)/i);
    const rows = value.services as { id: string; status: string }[];
    expect(rows.filter(({ id }) => id === 'nas/base.service')).toMatchObject([{ status: 'running' }]);
    const ports = (value.endpoints as { host: string; ports: number[] }[]).filter(
      ({ host }) => host === 'nas',
    );
    expect(ports.flatMap((row) => row.ports)).toContain(22);
    expect(value.hosts).toContainEqual(expect.objectContaining({ name: 'nas', owner: 'anna', status: 'up' }));
  });

  it('is looked at by the shipped timer', async () => {
    const names = ['steward-state-scan.service', 'steward-state-scan.timer'];
    const places = names.map((name) => `/etc/systemd/system/${name}`);
    for (const [index, name] of names.entries()) {
      const unit = readFileSync(join(import.meta.dirname, '../../triggers/systemd', name), 'utf8');
      await lab.write(places[index] ?? '', unit.replaceAll('/usr/lib/steward', '/opt/steward'));
    }
    await lab.must(['sh', '-c', 'id steward || useradd --system --home-dir /var/lib/steward steward']);
    await lab.must(['systemctl', 'daemon-reload']);
    const verified = await lab.run(['systemd-analyze', 'verify', ...places]);
    expect(verified.stderr.split('\n').filter((line) => line.includes('state-scan'))).toEqual([]);
    await lab.must(['systemctl', 'start', 'steward-state-scan.service']);
    const text = await lab.must(['cat', '/var/lib/steward/state/state.json']);
    const { services } = JSON.parse(text) as { services: { name: string }[] };
    expect(services.map(({ name }) => name)).toContain('bad.service');
  });
});
