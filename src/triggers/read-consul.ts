import { isRecord } from '../lib/is-record.ts';
import { parseShallowJson } from '../lib/shallow-json.ts';
import type { CheckReading } from '../protocol/delivery.ts';
import { refuse } from './refuse-body.ts';

const MOST_CHECKS = 10_000;
const LONGEST_TEXT = 1_024;
const NODE_CHECK = 'serfHealth';
const STATUSES = ['passing', 'warning', 'critical', 'maintenance'] as const;

/**
 * All checks as a Consul watch of the type `checks` hands them over each time, or as `/v1/health/state/…` answers: those that
 * are not well. What people have put into maintenance is theirs. Throws BodyRefused.
 */
export function readConsul(text: string): CheckReading[] {
  let body: unknown;
  try {
    body = parseShallowJson(text);
  } catch (error) {
    refuse('', `not JSON: ${error instanceof Error ? error.message.slice(0, 200) : 'unreadable'}`);
  }
  return readChecks(body);
}

export function readChecks(body: unknown): CheckReading[] {
  // Go writes null for a list without anything in it.
  if (body === null) return [];
  if (!Array.isArray(body)) refuse('', 'no list of checks; a watch has to be of the type checks');
  if (body.length > MOST_CHECKS) refuse('', `more than ${MOST_CHECKS} checks`);
  const all = body.map((one: unknown, index) => readCheck(one, `[${index}]`));
  const lost = new Set(
    all.filter((one) => one.check === NODE_CHECK && one.status === 'critical').map(({ node }) => node),
  );
  return all.flatMap(({ status, ...check }) =>
    status === 'critical' || status === 'warning'
      ? [{ ...check, severity: status, isNodeLost: lost.has(check.node) && check.check !== NODE_CHECK }]
      : [],
  );
}

function readCheck(value: unknown, field: string) {
  if (!isRecord(value)) refuse(field, 'is no object');
  const read = (name: string): string => {
    const found = value[name];
    if (found === undefined || found === null) return '';
    if (typeof found !== 'string') refuse(`${field}.${name}`, 'is no text');
    return found.slice(0, LONGEST_TEXT).toWellFormed();
  };
  const status = STATUSES.find((each) => each === value.Status);
  if (status === undefined) refuse(`${field}.Status`, `is none of ${STATUSES.join(', ')}`);
  const [node, check] = [read('Node'), read('CheckID')];
  if (node === '' || check === '') refuse(field, 'names no Node or no CheckID');
  return {
    status,
    node,
    check,
    name: read('Name'),
    service: read('ServiceName'),
    serviceId: read('ServiceID'),
    output: read('Output'),
  };
}
