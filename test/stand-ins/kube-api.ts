import { createServer, type IncomingMessage } from 'node:http';
import { parse } from 'yaml';
import { jsonPatch, type Operation } from './json-patch.ts';

/**
 * A stand-in for a Kubernetes API server: as much of its documented API (kubernetes.io/docs/reference/using-api) as the real
 * kubectl asks for, for ConfigMaps and Deployments. It keeps its objects and their resourceVersion, knows a server-side
 * dry run, and has neither controllers nor users.
 *
 *   node kube-api.ts [PORT]        prints the port that it listens on
 */

interface KubeObject {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace: string; resourceVersion?: string; labels?: Record<string, string> };
  spec?: Record<string, unknown>;
  data?: Record<string, string>;
}

const objects = new Map<string, KubeObject>();
/** What was written so far, dry runs too, in order. */
const written: string[] = [];
let version = 100;

const VERBS = ['get', 'list', 'patch', 'create', 'update', 'delete'];
const RESOURCES = {
  '/api/v1': [
    {
      name: 'configmaps',
      singularName: '',
      namespaced: true,
      kind: 'ConfigMap',
      shortNames: ['cm'],
      verbs: VERBS,
    },
  ],
  '/apis/apps/v1': [
    {
      name: 'deployments',
      singularName: '',
      namespaced: true,
      kind: 'Deployment',
      shortNames: ['deploy'],
      verbs: VERBS,
    },
    {
      name: 'deployments/scale',
      singularName: '',
      namespaced: true,
      group: 'autoscaling',
      version: 'v1',
      kind: 'Scale',
      verbs: ['get', 'patch', 'update'],
    },
  ],
};

interface Answer {
  status?: number;
  body: unknown;
}

function answer(method: string, url: URL, text: string, type: string): Answer {
  const path = url.pathname;
  if (path === '/stand-in/written') return { body: written };
  if (method !== 'GET') written.push(`${path}${url.search}`);
  if (path === '/version') return { body: { major: '1', minor: '20', gitVersion: 'v1.20.2' } };
  if (path === '/api') return { body: { kind: 'APIVersions', versions: ['v1'] } };
  if (path === '/apis') {
    const at = { groupVersion: 'apps/v1', version: 'v1' };
    const groups = [{ name: 'apps', versions: [at], preferredVersion: at }];
    return { body: { kind: 'APIGroupList', apiVersion: 'v1', groups } };
  }
  if (path === '/api/v1' || path === '/apis/apps/v1') {
    const groupVersion = path.replace(/^\/apis?\//, '');
    return { body: { kind: 'APIResourceList', apiVersion: 'v1', groupVersion, resources: RESOURCES[path] } };
  }
  const space = /^\/api\/v1\/namespaces\/([^/]+)$/.exec(path)?.[1];
  if (space !== undefined)
    return { body: { kind: 'Namespace', apiVersion: 'v1', metadata: { name: space } } };
  const found = /^(\/api\/v1|\/apis\/apps\/v1)\/namespaces\/([^/]+)\/([^/]+)(?:\/([^/]+))?(\/scale)?$/.exec(
    path,
  );
  if (found === null) return missing(path);
  const [, , namespace = '', resource = '', name, scale] = found;
  const key = `${namespace}/${resource}/${name}`;
  const now = objects.get(key);
  if (name === undefined && method === 'POST') {
    const made = JSON.parse(text) as KubeObject;
    const wrong = Object.values(made.data ?? {}).some((value) => typeof value !== 'string');
    if (wrong) return invalid(`ConfigMap "${made.metadata.name}" is invalid: data: must be of type string`);
    if (url.searchParams.get('dryRun') !== 'All') {
      version += 1;
      made.metadata.resourceVersion = String(version);
      objects.set(`${namespace}/${resource}/${made.metadata.name}`, made);
    }
    return { status: 201, body: made };
  }
  if (name === undefined) {
    const items = [...objects].flatMap(([at, object]) =>
      at.startsWith(`${namespace}/${resource}/`) ? [object] : [],
    );
    return { body: { kind: 'List', apiVersion: 'v1', metadata: {}, items } };
  }
  if (method === 'GET') {
    if (now === undefined) return missing(`${resource} "${name}"`);
    return { body: scale === undefined ? now : scaleOf(now) };
  }
  if (method === 'DELETE') {
    if (now === undefined) return missing(`${resource} "${name}"`);
    objects.delete(key);
    version += 1;
    return { body: { kind: 'Status', apiVersion: 'v1', status: 'Success' } };
  }
  if (type.includes('json-patch')) {
    const patched = now === undefined ? null : jsonPatch(now, JSON.parse(text) as Operation[]);
    if (patched === null) return invalid('the patch does not fit');
    version += 1;
    patched.metadata.resourceVersion = String(version);
    objects.set(key, patched);
    return { body: patched };
  }
  const given = (type.includes('yaml') ? parse(text) : JSON.parse(text)) as KubeObject;
  if (now === undefined && !type.includes('apply-patch')) return missing(`${resource} "${name}"`);
  const made: KubeObject =
    scale === undefined
      ? { ...now, ...given, metadata: { ...now?.metadata, ...given.metadata, name, namespace } }
      : { ...(now as KubeObject), spec: { ...now?.spec, replicas: given.spec?.replicas } };
  const { resourceVersion: _, ...rest } = made.metadata;
  const isSame =
    now !== undefined && JSON.stringify(withoutVersion(now)) === JSON.stringify({ ...made, metadata: rest });
  const stored = {
    ...made,
    metadata: {
      ...rest,
      resourceVersion: isSame ? (now.metadata.resourceVersion ?? '') : String(version + 1),
    },
  };
  if (url.searchParams.get('dryRun') !== 'All') {
    if (!isSame) version += 1;
    objects.set(key, stored);
  }
  return { status: now === undefined ? 201 : 200, body: scale === undefined ? stored : scaleOf(stored) };
}

function withoutVersion(object: KubeObject): KubeObject {
  const { resourceVersion: _, ...metadata } = object.metadata;
  return { ...object, metadata };
}

function scaleOf({ metadata, spec }: KubeObject) {
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata,
    spec: { replicas: spec?.replicas ?? 1 },
    status: { replicas: spec?.replicas ?? 1 },
  };
}

function invalid(message: string): Answer {
  const body = { kind: 'Status', apiVersion: 'v1', status: 'Failure', message, reason: 'Invalid', code: 422 };
  return { status: 422, body };
}

function missing(what: string): Answer {
  return {
    status: 404,
    body: {
      kind: 'Status',
      apiVersion: 'v1',
      status: 'Failure',
      message: `${what} not found`,
      reason: 'NotFound',
      code: 404,
    },
  };
}

/** Protocol buffers, as far as they are needed: every field is a text or a message. */
function field(number: number, value: string | Buffer): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([varint((number << 3) | 2), varint(bytes.length), bytes]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  for (let rest = value; ; rest >>>= 7) {
    if (rest < 128) return Buffer.from([...bytes, rest]);
    bytes.push((rest & 127) | 128);
  }
}

/** gnostic's OpenAPIv2.proto: that a PATCH of these kinds knows `dryRun`, which is all that kubectl reads here. */
function openApi(): Buffer {
  const dryRun = field(8, field(1, field(2, field(3, field(4, 'dryRun')))));
  const path = (name: string, group: string, kind: string): Buffer => {
    const gvk = field(
      13,
      Buffer.concat([
        field(1, 'x-kubernetes-group-version-kind'),
        field(2, field(2, `{group: "${group}", version: v1, kind: ${kind}}`)),
      ]),
    );
    return field(2, Buffer.concat([field(1, name), field(2, field(8, Buffer.concat([dryRun, gvk])))]));
  };
  const paths = [path('/a', '', 'ConfigMap'), path('/b', 'apps', 'Deployment')];
  return Buffer.concat([field(1, '2.0'), field(8, Buffer.concat(paths))]);
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text;
}

const server = createServer(async (request, response) => {
  const url = new URL(request.url ?? '/', 'http://localhost');
  const text = await bodyOf(request);
  if (url.pathname === '/openapi/v2') {
    response.writeHead(200, { 'content-type': 'application/octet-stream' });
    response.end(openApi());
    return;
  }
  const { status = 200, body } = answer(
    request.method ?? 'GET',
    url,
    text,
    request.headers['content-type'] ?? '',
  );
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
});
server.listen(Number(process.argv[2] ?? 0), '127.0.0.1', () => {
  const address = server.address();
  process.stdout.write(`${typeof address === 'object' ? address?.port : ''}\n`);
});
