import type { Reply, RequestHead } from '../../host/index.ts';
import { deliveryKey } from '../../lib/alert-keys.ts';
import { OpsError } from '../../lib/ops-error.ts';
import type { IncidentInput } from '../../protocol/incident.ts';
import {
  BodyRefused,
  findSignatureFault,
  isAuthorised,
  type Route,
  readRoute,
  type Spool,
} from '../../triggers/index.ts';
import type { World } from '../world.ts';
import type { Metrics } from './metrics.ts';
import { readBody } from './read-body.ts';

export interface IntakeOptions {
  world: World;
  spool: Spool;
  metrics: Metrics;
  token: string | null;
  /** Of Grafana's signatures; null: none is asked for. */
  secret: string | null;
  isDraining(): boolean;
  /** Of the worker; what `GET /healthz` says. */
  health(): { isWell: boolean; facts: Record<string, unknown> };
  onTaken(): void;
  /** One line for the operator. */
  log(line: string): void;
}

export interface Intake {
  admit(head: RequestHead): Reply | null;
  handle(head: RequestHead, body: Buffer): Promise<Reply>;
  refuse(status: 413 | 500 | 503, error?: unknown): Reply;
}

/** Alertmanager tries again after 5xx only, and never after 429. */
const RETRY_AFTER_S = '5';
/** Of kinds of refusals that were told: a sender that is refused comes again and again. */
const MOST_TOLD = 1_000;

export function createIntake(options: IntakeOptions): Intake {
  const { world, spool, metrics, token, secret } = options;
  const allowed = world.settings.intake.sources;
  const told = new Set<string>();

  const tellOnce = (line: string): void => {
    if (told.has(line) || told.size >= MOST_TOLD) return;
    told.add(line);
    options.log(line);
  };

  function answer(intake: string, status: number, value: Record<string, unknown>): Reply {
    metrics.countRequest(intake, status);
    return json(status, value);
  }

  function admit(head: RequestHead): Reply | null {
    if (isPlainLook(head)) return null;
    // Nothing of what was sent is looked at, not even which address it is for, before it is known who sends.
    if (token !== null && !isAuthorised(head.header('authorization'), token)) {
      tellOnce('refused: a delivery without the token, or with another (401)');
      const reply = answer('unknown', 401, { error: 'the token is missing, or another' });
      return { ...reply, headers: { 'www-authenticate': 'Bearer, Basic realm="steward"' } };
    }
    const route = readRoute(head.path);
    if (route === null)
      return answer('unknown', 404, {
        error: 'POST /alertmanager/<source>, /grafana/<source>, /consul/<source>, /unit/<host>',
      });
    if (head.method !== 'POST' && !(head.method === 'PUT' && route.intake === 'grafana')) {
      return answer(route.intake, 405, { error: 'POST it' });
    }
    if (allowed.length > 0 && !allowed.includes(route.source)) {
      tellOnce(`refused: source ${route.source} is not in \`intake.sources\` (403)`);
      return answer(route.intake, 403, {
        error: `source ${route.source} is not among those that settings name`,
      });
    }
    return options.isDraining() ? busy(route.intake, 'steward is ending') : null;
  }

  function busy(intake: string, why: string): Reply {
    return { ...answer(intake, 503, { error: why }), headers: { 'retry-after': RETRY_AFTER_S } };
  }

  async function handle(head: RequestHead, body: Buffer): Promise<Reply> {
    if (isPlainLook(head)) return look(head.path);
    const route = readRoute(head.path);
    if (route === null) return json(404, {});
    const startedMs = world.clock.elapsed();
    try {
      const fault = signatureFault(head, route, body);
      if (fault !== null) {
        tellOnce(`refused: ${route.intake} ${route.source}: ${fault} (401)`);
        return answer(route.intake, 401, { error: fault });
      }
      const input = readBody(route, decode(body), world.clock.now());
      if (input === null)
        return answer(route.intake, 202, { status: 'ignored', why: 'a unit of steward itself' });
      await spool.put(JSON.stringify(input));
      options.onTaken();
      metrics.observeAck(world.clock.elapsed() - startedMs);
      return answer(route.intake, 202, { status: 'accepted', ...receiptOf(input) });
    } catch (error) {
      if (error instanceof BodyRefused) {
        tellOnce(`refused: ${route.intake} ${route.source}: ${error.message} (400)`);
        return answer(route.intake, 400, { error: error.message, field: error.field });
      }
      // No room, in memory or on disk: the sender keeps it and comes again.
      if (error instanceof OpsError) {
        tellOnce(`cannot take deliveries: ${error.message} (503)`);
        return busy(route.intake, error.message);
      }
      throw error;
    }
  }

  function signatureFault(head: RequestHead, { intake }: Route, body: Buffer): string | null {
    if (intake !== 'grafana' || secret === null) return null;
    const { timestamp_header: name } = world.settings.intake;
    const timestamp = name === null ? undefined : head.header(name);
    if (name !== null && timestamp === undefined) return `the header ${name} is missing`;
    const signature = head.header('x-grafana-alerting-signature');
    return findSignatureFault({ body, signature, timestamp, now: world.clock.now() }, secret);
  }

  function look(path: string): Reply {
    if (path === '/metrics') {
      return { status: 200, body: metrics.text(), contentType: 'text/plain; version=0.0.4; charset=utf-8' };
    }
    const { isWell, facts } = options.health();
    return json(isWell ? 200 : 503, { status: isWell ? 'ok' : 'stuck', ...facts });
  }

  return {
    admit,
    handle,
    refuse(status, error) {
      if (status === 500)
        options.log(`a bug: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
      const words = {
        413: 'the body is too long',
        500: 'steward failed; it is in its log',
        503: 'too much at once',
      };
      const reply = answer('unknown', status, { error: words[status] });
      return status === 503 ? { ...reply, headers: { 'retry-after': RETRY_AFTER_S } } : reply;
    },
  };
}

/** What anybody may read who can reach us: that we are there, and counts. */
function isPlainLook({ method, path }: RequestHead): boolean {
  return (method === 'GET' || method === 'HEAD') && (path === '/healthz' || path === '/metrics');
}

function receiptOf(input: IncidentInput): Record<string, unknown> {
  if (input.type !== 'delivery.taken') return {};
  return { delivery: deliveryKey(input.delivery), alerts: input.delivery.alerts.length };
}

function decode(body: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch {
    throw new BodyRefused('', 'not UTF-8');
  }
}

function json(status: number, value: Record<string, unknown>): Reply {
  return { status, body: `${JSON.stringify(value)}\n`, contentType: 'application/json' };
}
