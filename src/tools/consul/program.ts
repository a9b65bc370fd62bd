import type { Ask, Pin, Ran, Reading, TypedUndo } from '../../protocol/typed-call.ts';
import { buildArgv, type FieldRule, type Input, type Verbs } from '../typed/build-argv.ts';
import { firstLine, notAnswering, readPlain, type TypedProgram } from '../typed/typed-program.ts';
import { readMembers } from './members.ts';

const KEY: FieldRule = { kind: /^[\w.][\w ./:@+=,-]*$/, isRequired: true };
/** Of the options that name the cluster, `members` and `info` know only the address. */
const ADDRESS = ['-http-addr'];

const VERBS: Verbs = {
  members: { words: ['members'], pins: ADDRESS, fields: {} },
  services: { words: ['catalog', 'services'], fields: {} },
  nodes: { words: ['catalog', 'nodes'], fields: {} },
  peers: { words: ['operator', 'raft', 'list-peers'], fields: {} },
  get: { words: ['kv', 'get'], always: ['-detailed'], fields: { key: KEY } },
  keys: { words: ['kv', 'get'], always: ['-keys'], fields: { key: KEY } },
  put: { words: ['kv', 'put'], fields: { key: KEY, value: { kind: /^/, isRequired: true } } },
  delete: { words: ['kv', 'delete'], fields: { key: KEY } },
  reload: { words: ['reload'], pins: ADDRESS, fields: {} },
};

export const consul: TypedProgram = {
  name: 'Consul',
  program: 'consul',
  verbs: VERBS,
  observing: ['members', 'services', 'nodes', 'peers', 'get', 'keys'],
  async pin(_input, { environment, inherited = [] }, ask) {
    const address = environment.CONSUL_HTTP_ADDR ?? 'http://127.0.0.1:8500';
    if (/\s/.test(address)) return { problem: 'CONSUL_HTTP_ADDR of the settings is not an address' };
    const answer = await ask(['consul', 'catalog', 'datacenters', `-http-addr=${address}`]);
    // The nearest comes first, and that is the agent's own: consul-catalog(1).
    const datacenter = typeof answer === 'string' ? '' : (answer.output.trim().split('\n')[0] ?? '');
    if (typeof answer === 'string' || answer.exit !== 0 || !/^[\w-]+$/.test(datacenter)) {
      return { problem: notAnswering(`Consul at ${address}`, answer) };
    }
    // Whatever else is said of it (a token, certificates, a namespace) only Consul's own program knows how to use.
    const isPlain = ![...Object.keys(environment), ...inherited].some(
      (name) => /^CONSUL_/.test(name) && name !== 'CONSUL_HTTP_ADDR',
    );
    const base = isPlain ? /^(?:http:\/\/)?([\w.:[\]-]+)$/.exec(address)?.[1] : undefined;
    return { address, datacenter, ...(base === undefined ? {} : { http: `http://${base}` }) };
  },
  describe: ({ address, datacenter }) => `${address}, datacenter ${datacenter}`,
  toArgv: (input, pin) => buildConsul(input, pin),
  read: readConsul,
  async prepare(input, pin, { ask }) {
    if (input.verb !== 'put' && input.verb !== 'delete') return { preconditions: [], undo: null, notes: [] };
    const key = String(input.key);
    const before = await lookAt(key, pin, ask);
    if ('problem' in before) return before;
    const { index, value } = before;
    const wanted = input.verb === 'put' ? String(input.value) : null;
    if (value === wanted) return { problem: `${key} is so already` };
    const built = buildConsul(input, pin, index);
    if ('problem' in built) return built;
    const guarded = index === null && wanted !== null ? await createOnly(key, wanted, pin, ask) : null;
    const name = `key ${key} at ${pin.address}`;
    return {
      argv: guarded ?? built.argv,
      preconditions: [{ kind: 'consul-index', name, value: index === null ? null : String(index) }],
      undo: {
        text: value === null ? `delete ${key} again` : `put ${key} back to ${shorten(value)}`,
        commands: commandsOf(key, value, pin),
        state: { key, before: value, after: wanted },
      },
      notes:
        value !== null
          ? [`it is ${shorten(value)} now, index ${index}`]
          : guarded !== null || wanted === null
            ? ['it is not there now']
            : ['it is not there now; what somebody else puts there meanwhile would be overwritten'],
    };
  },
  goBack,
};

/** With an index: only if nobody has written since. */
function buildConsul(input: Input, pin: Pin, index: number | null = null) {
  const pins = { '-http-addr': pin.address ?? '', '-datacenter': pin.datacenter ?? '' };
  const { value, ...rest } = input;
  // `@…` would be read as the name of a file, and `-` as standard input: such a value goes as base64.
  const isPlain = typeof value !== 'string' || /^[^@-]/.test(value) || value === '';
  const isPut = input.verb === 'put' && typeof value === 'string';
  const given = isPut && !isPlain ? { ...rest, value: Buffer.from(value).toString('base64') } : input;
  // Checked with the other fields; control characters in a value are its own affair.
  const stand = isPut ? { ...given, value: 'x' } : given;
  const built = buildArgv('consul', VERBS, stand, pins);
  if ('problem' in built) return built;
  const argv = isPut ? [...built.argv.slice(0, -1), String(given.value)] : built.argv;
  if (isPut && String(given.value).includes('\0')) return { problem: 'a value may not hold NUL' };
  const at = isPut ? argv.length - 2 : argv.length - 1;
  const options = [
    ...(isPut && !isPlain ? ['-base64'] : []),
    ...(index === null ? [] : ['-cas', `-modify-index=${index}`]),
  ];
  return { argv: [...argv.slice(0, at), ...options, ...argv.slice(at)] };
}

/**
 * Consul's program refuses index 0 (`Must specify -modify-index with -cas!`), by which the server puts a key only where
 * there is none: developer.hashicorp.com/consul/api-docs/kv, `cas`. null: it cannot be asked so here.
 */
async function createOnly(
  key: string,
  value: string,
  { http, datacenter }: Pin,
  ask: Ask,
): Promise<string[] | null> {
  if (http === undefined || value.includes('\0')) return null;
  const found = await ask(['curl', '--version']);
  if (typeof found === 'string' || found.exit !== 0) return null;
  const path = key.split('/').map(encodeURIComponent).join('/');
  const url = `${http}/v1/kv/${path}?cas=0&dc=${encodeURIComponent(datacenter ?? '')}`;
  const options = ['--silent', '--show-error', '--fail', '--max-time', '30', '--noproxy', '*'];
  return ['curl', ...options, '--request', 'PUT', '--data-raw', value, url];
}

function readConsul(input: Input, ran: Ran): Reading {
  const { exit, output, error } = ran;
  const reading = readPlain(ran, String(input.verb));
  switch (input.verb) {
    case 'members':
      return reading.ok ? readMembers(output) : reading;
    case 'services':
    case 'nodes':
    case 'keys':
      return reading.ok ? { ...reading, data: output.trim().split('\n').filter(Boolean) } : reading;
    case 'get': {
      if (exit === 1 && /No key exists at/.test(error)) {
        return { ok: true, detail: 'there is no such key', data: { exists: false } };
      }
      return reading.ok
        ? { ok: true, detail: 'shown', data: { exists: true, ...detailed(output) } }
        : reading;
    }
    case 'put':
    case 'delete': {
      const isRefused =
        // What the server itself says to a PUT.
        (exit === 0 && output.trim() === 'false') ||
        (exit !== 0 && /CAS failed|Did not (?:write|delete)|check-and-set/i.test(`${output}${error}`));
      return isRefused
        ? { ok: false, detail: 'somebody else has written it since: nothing was done', data: null }
        : reading;
    }
    default:
      return reading;
  }
}

/** What `-detailed` prints. A value may be of several lines, and stands last. */
function detailed(output: string): { index: number | null; created: number | null; value: string } {
  const number = (name: string): number | null => {
    const found = new RegExp(`^${name}\\s+(\\d+)$`, 'm').exec(output)?.[1];
    return found === undefined ? null : Number(found);
  };
  const value = /^Value[ ]*(?: {6,}|\t)?([\s\S]*)$/m.exec(output)?.[1] ?? '';
  return {
    index: number('ModifyIndex'),
    created: number('CreateIndex'),
    // One line end is the printer's.
    value: value === '-' || value === '-\n' ? '' : value.replace(/\n$/, ''),
  };
}

type Found = { index: number | null; value: string | null };

async function lookAt(key: string, pin: Pin, ask: Ask): Promise<Found | { problem: string }> {
  const input = { verb: 'get', key };
  const built = buildConsul(input, pin);
  if ('problem' in built) return built;
  const ran = await ask(built.argv);
  if (typeof ran === 'string') return { problem: ran };
  const { ok, detail, data } = readConsul(input, ran);
  if (!ok) return { problem: `${key}: ${detail}: ${firstLine(ran)}` };
  const found = data as { exists: boolean; index?: number | null; value?: string };
  return {
    index: found.exists ? (found.index ?? null) : null,
    value: found.exists ? (found.value ?? '') : null,
  };
}

/** As they will be, but for the index, which nobody knows yet. */
function commandsOf(key: string, before: string | null, pin: Pin): string[][] {
  const built = buildConsul(undoInput(key, before), pin, 1);
  return 'problem' in built ? [] : [built.argv];
}

function undoInput(key: string, before: string | null): Input {
  return before === null ? { verb: 'delete', key } : { verb: 'put', key, value: before };
}

/** Only from what the call itself wrote: what somebody else has written since is theirs. */
async function goBack(undo: TypedUndo, pin: Pin, ask: Ask, act: Ask): Promise<Reading> {
  const { key, before, after } = undo.state as { key: string; before: string | null; after: string | null };
  const now = await lookAt(key, pin, ask);
  if ('problem' in now) return { ok: false, detail: now.problem, data: null };
  if (now.value === before) return { ok: true, detail: `${key} is as it was`, data: null };
  if (now.value !== after) {
    return { ok: false, detail: `${key} was changed by somebody else; it is left as it is`, data: null };
  }
  const input = undoInput(key, before);
  const built = buildConsul(input, pin, now.index);
  if ('problem' in built) return { ok: false, detail: built.problem, data: null };
  const ran = await act(built.argv);
  if (typeof ran === 'string') return { ok: false, detail: ran, data: null };
  const reading = readConsul(input, ran);
  if (!reading.ok) return { ...reading, detail: `${key}: ${reading.detail}: ${firstLine(ran)}` };
  const then = await lookAt(key, pin, ask);
  const isBack = !('problem' in then) && then.value === before;
  return { ok: isBack, detail: isBack ? `${undo.text}: done` : `${key} is not as it was`, data: null };
}

function shorten(value: string): string {
  return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value);
}
