import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { approvalIn } from '../approval-id.ts';
import { type Box, createBox } from '../system/steward.ts';
import { programsOf } from './packages.ts';

/** The real kubectl, against a stand-in for the API server: no release of that can be had here. No machine is booted. */
let folder: string;
let api: ChildProcess;
let server: string;

beforeAll(async () => {
  folder = await programsOf('bookworm', ['kubernetes-client']);
  ({ api, server } = await startApi());
});
afterAll(() => api?.kill());

async function startApi(): Promise<{ api: ChildProcess; server: string }> {
  const program = join(import.meta.dirname, '../stand-ins/kube-api.ts');
  const started = spawn(process.execPath, [program], { stdio: ['ignore', 'pipe', 'ignore'] });
  const [port] = (await once(started.stdout, 'data')) as [Buffer];
  return { api: started, server: `http://127.0.0.1:${String(port).trim()}` };
}

function cluster(at = server): { box: Box; config: string } {
  const box = createBox({ PATH: `${folder}:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin` });
  const config = join(box.home, 'kubeconfig');
  writeConfig(config, at);
  box.write('.config/steward/steward.yaml', `environment: { KUBECONFIG: '${config}' }\n`);
  return { box, config };
}

function writeConfig(path: string, at: string): void {
  writeFileSync(
    path,
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': 'home',
      contexts: [{ name: 'home', context: { cluster: 'home', namespace: 'apps', user: 'me' } }],
      clusters: [{ name: 'home', cluster: { server: at } }],
      users: [{ name: 'me', user: {} }],
    }),
  );
}

const manifest = (name: string, port: string, labels: Record<string, string> = {}) =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace: 'apps', labels },
    data: { port },
  });

const applying = (name: string, expected: string) => `title: Another port of ${name}
apply:
  - call: { Kubectl: { verb: apply, file: ${name}.json } }
verify:
  - call: { Kubectl: { verb: get, kind: configmap, name: ${name} } }
    expect: json.data.port == '${expected}'
    for: 0s
`;

function place(box: Box, name: string, text: string): string {
  const path = join(box.cwd, name);
  writeFileSync(path, text);
  return path;
}

/** As somebody else does it, past steward. */
async function put(kind: 'api/v1' | 'apis/apps/v1', path: string, object: object): Promise<void> {
  const { ok } = await fetch(`${server}/${kind}/namespaces/apps/${path}`, {
    method: 'PATCH',
    headers: { 'content-type': 'application/apply-patch+yaml' },
    body: JSON.stringify(object),
  });
  if (!ok) throw new Error(`the stand-in does not take ${path}`);
}

async function now(kind: 'api/v1' | 'apis/apps/v1', path: string) {
  const answer = await fetch(`${server}/${kind}/namespaces/apps/${path}`);
  return (await answer.json()) as { data?: { port: string }; spec?: { replicas: number } };
}

describe('an object of Kubernetes (real kubectl, stand-in API server)', () => {
  it('is tried on the server and compared first, then applied, and proved', async () => {
    const { box } = cluster();
    place(box, 'web.json', manifest('web', '8080'));
    const change = place(box, 'change.yaml', applying('web', '8080'));
    const { code, result } = await box.json(['change', 'run', change, '--yes']);
    expect({ code, outcome: result.outcome, error: result.error }).toEqual({
      code: 0,
      outcome: 'fixed',
      error: null,
    });
    expect((await now('api/v1', 'configmaps/web')).data?.port).toBe('8080');
    const written = (await (await fetch(`${server}/stand-in/written`)).json()) as string[];
    const tried = written.map((one) => one.includes('dryRun=All'));
    expect(tried.length).toBeGreaterThan(2);
    expect(tried.indexOf(false)).toBe(tried.length - 1);
    const [done] = result.changes as { steps: string[] }[];
    expect(done?.steps.join()).toContain(`home (${server}), namespace apps`);
    const again = await box.run(['change', 'check', change]);
    expect([again.code, again.stdout + again.stderr]).toEqual([
      42,
      expect.stringContaining('it is so already'),
    ]);
  });

  it('is left alone when somebody has written it since the plan was approved, and when its server is another', async () => {
    const { box, config } = cluster();
    await put('api/v1', 'configmaps/shop', JSON.parse(manifest('shop', '80')));
    place(box, 'shop.json', manifest('shop', '8080'));
    const change = place(box, 'change.yaml', applying('shop', '8080'));
    const park = async () => {
      const { code, result } = await box.json(['change', 'run', change], { input: 'null' });
      expect(code).toBe(77);
      return approvalIn(result.error?.message);
    };
    const first = await park();
    await put('api/v1', 'configmaps/shop', JSON.parse(manifest('shop', '81')));
    expect((await box.json(['approvals', 'approve', first])).code).toBe(77);
    expect((await now('api/v1', 'configmaps/shop')).data?.port).toBe('81');
    const second = await park();
    const other = await startApi();
    writeConfig(config, other.server);
    try {
      expect((await box.json(['approvals', 'approve', second])).code).toBe(77);
    } finally {
      other.api.kill();
    }
    expect((await now('api/v1', 'configmaps/shop')).data?.port).toBe('81');
  });

  it('that Flux manages is not applied: the answer is a commit', async () => {
    const { box } = cluster();
    const flux = { 'kustomize.toolkit.fluxcd.io/name': 'apps' };
    await put('api/v1', 'configmaps/mail', JSON.parse(manifest('mail', '25', flux)));
    place(box, 'mail.json', manifest('mail', '587'));
    const { code, stdout, stderr } = await box.run([
      'change',
      'check',
      place(box, 'c.yaml', applying('mail', '587')),
    ]);
    expect(code).toBe(42);
    expect(stdout + stderr).toContain('configmap/mail (Kustomization apps) is managed by Flux');
    expect(stdout + stderr).toContain('make a commit in the repository that it reads instead');
    expect((await now('api/v1', 'configmaps/mail')).data?.port).toBe('25');
  });

  it('that Flux manages becomes a commit where its manifest is in a repository, with the diff, and nothing is applied', async () => {
    const { box } = cluster();
    const flux = { 'kustomize.toolkit.fluxcd.io/name': 'apps' };
    await put('api/v1', 'configmaps/shop2', JSON.parse(manifest('shop2', '80', flux)));
    place(box, 'shop2.json', manifest('shop2', '80'));
    const git = (...words: string[]) => execFileSync('git', words, { cwd: box.cwd, encoding: 'utf8' });
    git('init', '-q', '-b', 'main');
    git('config', 'user.name', 'a');
    git('config', 'user.email', 'a@b');
    git('add', 'shop2.json');
    git('commit', '-qm', 'one');
    const edit = `apply:
  - edit: { file: shop2.json, find: '"port":"80"', replace: '"port":"8080"' }`;
    const change = place(box, 'c.yaml', applying('shop2', '8080').replace('apply:', edit));
    const checked = JSON.parse((await box.run(['change', 'check', change, '--json'])).stdout) as {
      planned: { steps: string[] };
      diffs: { before: string; after: string }[];
    };
    expect(checked.planned.steps).toEqual([`edit ${box.cwd}/shop2.json`]);
    expect(checked.diffs).toMatchObject([
      { before: manifest('shop2', '80'), after: manifest('shop2', '8080') },
    ]);
    const parked = await box.json(['change', 'run', change], { input: 'null' });
    expect(parked.code).toBe(77);
    const id = approvalIn(parked.result.error?.message);
    const shown = (await box.run(['approvals', 'show', id])).stdout;
    expect(shown).toContain('configmap/shop2 (Kustomization apps) is managed by Flux');
    expect(shown).toContain('it is not applied but committed');
    const { code, result } = await box.json(['approvals', 'approve', id]);
    expect({ code, outcome: result.outcome, error: result.error }).toEqual({
      code: 0,
      outcome: 'fixed',
      error: null,
    });
    const [branch = ''] = git('branch', '--list', 'steward/*', '--format=%(refname:short)').split('\n');
    expect(branch).toMatch(/^steward\/another-port-of-shop2-[0-9a-f]{8}$/);
    expect(result.result).toContain(
      '(Kustomization apps) is managed by Flux: it is not applied but committed',
    );
    expect(result.result).toContain(`on branch ${branch}`);
    expect(git('log', '-1', '--format=%s', branch)).toBe('Another port of shop2\n');
    expect(git('show', `${branch}:shop2.json`)).toBe(manifest('shop2', '8080'));
    expect(git('rev-parse', `${branch}^`)).toBe(git('rev-parse', 'main'));
    expect((await now('api/v1', 'configmaps/shop2')).data?.port).toBe('80');
    // What somebody has not committed yet would be in the commit: then it stays an answer.
    place(box, 'shop2.json', manifest('shop2', '80').replace('"data"', ' "data"'));
    const unclean = await box.run(['change', 'check', change]);
    expect([unclean.code, unclean.stdout + unclean.stderr]).toEqual([
      42,
      expect.stringContaining('had changes that nobody has committed'),
    ]);
  });

  it('that was scaled is scaled back when the change does not hold', async () => {
    const { box } = cluster();
    const deployment = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'web' },
      spec: { replicas: 2 },
    };
    await put('apis/apps/v1', 'deployments/web', deployment);
    const text = (expected: number) => `title: More of it
apply:
  - call: { Kubectl: { verb: scale, object: deployment/web, replicas: 3 } }
verify:
  - call: { Kubectl: { verb: get, kind: deployment, name: web } }
    expect: json.spec.replicas == ${expected}
    for: 0s
`;
    const failed = await box.json(['change', 'run', place(box, 'a.yaml', text(9)), '--yes']);
    expect({ code: failed.code, changes: failed.result.changes }).toMatchObject({
      code: 58,
      changes: [{ end: 'rolled-back', rollback_verified: true }],
    });
    expect((await now('apis/apps/v1', 'deployments/web')).spec?.replicas).toBe(2);
    expect((await box.json(['change', 'run', place(box, 'b.yaml', text(3)), '--yes'])).code).toBe(0);
    expect((await now('apis/apps/v1', 'deployments/web')).spec?.replicas).toBe(3);
  });

  it('that was applied is put back when the change does not hold, and goes again where it was new', async () => {
    const { box } = cluster();
    const old = JSON.parse(manifest('shop3', '80', { team: 'a' })) as { data: Record<string, string> };
    old.data.theme = 'dark';
    await put('api/v1', 'configmaps/shop3', old);
    place(
      box,
      'shop3.json',
      manifest('shop3', '8080', { team: 'b', 'a/b~c': 'new' }).replace('"data":{', '"data":{"more":"1",'),
    );
    place(box, 'fresh.json', manifest('fresh', '1'));
    const text = applying('shop3', '9').replace(
      'apply:',
      'apply:\n  - call: { Kubectl: { verb: apply, file: fresh.json } }',
    );
    const change = place(box, 'c.yaml', text);
    const planned = (await box.run(['change', 'check', change])).stdout;
    expect(planned).toContain('undone by: configmap/fresh is deleted');
    expect(planned).toContain('undone by: configmap/shop3 as it was (');
    const { code, result } = await box.json(['change', 'run', change, '--yes']);
    expect({ code, changes: result.changes }).toMatchObject({
      code: 58,
      changes: [{ end: 'rolled-back', rollback_verified: true }],
    });
    const back = (await now('api/v1', 'configmaps/shop3')) as {
      data?: object;
      metadata?: { labels?: object };
    };
    expect({ data: back.data, labels: back.metadata?.labels }).toEqual({
      data: { port: '80', theme: 'dark' },
      labels: { team: 'a' },
    });
    expect(await now('api/v1', 'configmaps/fresh')).toMatchObject({ reason: 'NotFound' });
  });

  it('that somebody else has changed since is left as it is, and said so', async () => {
    const { box } = cluster();
    await put('api/v1', 'configmaps/shop4', JSON.parse(manifest('shop4', '80')));
    place(box, 'shop4.json', manifest('shop4', '8080'));
    const theirs = JSON.stringify(JSON.parse(manifest('shop4', '443')));
    const address = `${server}/api/v1/namespaces/apps/configmaps/shop4`;
    place(
      box,
      'theirs.sh',
      `curl -s -X PATCH -H 'content-type: application/apply-patch+yaml' -d '${theirs}' ${address}\n`,
    );
    const text = applying('shop4', '8080').replace('verify:', '  - run: bash theirs.sh\nverify:');
    const { code, result } = await box.json(['change', 'run', place(box, 'c.yaml', text), '--yes']);
    expect({ code, changes: result.changes }).toMatchObject({ code: 60, changes: [{ end: 'escalated' }] });
    expect(result.error?.message).toContain('configmap/shop4: somebody has changed data.port since');
    expect((await now('api/v1', 'configmaps/shop4')).data?.port).toBe('443');
  });

  it('that is only written down is tried on the server as well, and where there is none it is said', async () => {
    const { box } = cluster();
    const check = async (port: string) => {
      const text = `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: written, namespace: apps }\ndata: { port: ${port} }\n`;
      const plan = `title: Write it down
apply: [{ write: { file: written.yaml, text: ${JSON.stringify(text)} } }]
verify: [{ run: test -f written.yaml }]
`;
      const { code, stdout } = await box.run(['change', 'check', place(box, 'c.yaml', plan), '--json']);
      const { files } = JSON.parse(stdout) as { files: { by: string; ok: boolean | null; detail: string }[] };
      return { code, file: files.find(({ by }) => by.startsWith('kubectl')) };
    };
    expect(await check("'80'")).toMatchObject({
      code: 0,
      file: { ok: true, detail: 'configmap/written created (server dry run)' },
    });
    expect(await check('80')).toMatchObject({
      code: 42,
      file: { ok: false, detail: expect.stringContaining('must be of type string') },
    });
    expect(await now('api/v1', 'configmaps/written')).toMatchObject({ reason: 'NotFound' });
    box.write('.config/steward/steward.yaml', `environment: { KUBECONFIG: '${join(box.home, 'none')}' }\n`);
    expect(await check('80')).toMatchObject({ code: 0, file: { ok: null } });
  });
});
