import { capText } from '../../lib/cap.ts';
import type { Observer } from './observe.ts';

/** A failed unit as it is now, and what the log says of the invocation that failed. */
export interface FailedUnit {
  /** Runs, and has for a while; or ended well since. */
  isWell: boolean;
  /** Runs, and for so short a time that nobody can tell. */
  isUnsettled: boolean;
  /** For the model, as data. */
  facts: Record<string, unknown>;
}

const PROPERTIES = [
  ...['Id', 'ActiveState', 'SubState', 'Result', 'NRestarts', 'ExecMainStatus', 'InvocationID'],
  'ActiveEnterTimestamp',
  'InactiveExitTimestamp',
];
/** A unit that is restarted again and again is active for a moment each time. */
const SETTLED_MS = 15_000;
const LOG_LINES = '120';
const LOG_BYTES = 8 * 1024;
const READ_BYTES = 256 * 1024;

/** null: there is no systemd to ask. `invocation` as the handler was told, when it was. */
export async function readFailedUnit(
  observer: Observer,
  unit: string,
  { invocation, now }: { invocation: string | null; now: number },
): Promise<FailedUnit | null> {
  const shown = await observer.run(
    ['systemctl', 'show', unit, `--property=${PROPERTIES.join(',')}`, '--timestamp=unix', '--no-pager'],
    READ_BYTES,
  );
  if (!shown.ok) return null;
  const state = readProperties(shown.value);
  const { isWell, isUnsettled } = judgeState(state, now);
  if (isWell || isUnsettled) return { isWell, isUnsettled, facts: { unit_state: state } };
  const failed = isInvocation(invocation) ? invocation : (state.InvocationID ?? '');
  const log = isInvocation(failed)
    ? await readLogOf(observer, unit, failed, state)
    : { ok: false as const, reason: 'no invocation is known' };
  // Refused by its start limit, it never began: what made it fail is in the log of the one before.
  const isAtLimit = state.Result === 'start-limit-hit' || (log.ok && isEmptyLog(log.value));
  const before = isAtLimit ? await findBefore(observer, unit, failed) : null;
  const earlier = before === null ? null : await readLog(observer, before);
  return {
    isWell,
    isUnsettled,
    facts: {
      unit_state: state,
      invocation: failed,
      log: log.ok ? log.value : `could not be read: ${log.reason}`,
      ...(earlier === null
        ? {}
        : {
            invocation_before: before,
            log_before: earlier.ok ? earlier.value : `could not be read: ${earlier.reason}`,
          }),
    },
  };
}

export function readProperties(text: string): Record<string, string> {
  return Object.fromEntries(
    text.split('\n').flatMap((line) => {
      const at = line.indexOf('=');
      return at > 0 ? [[line.slice(0, at), line.slice(at + 1)] as const] : [];
    }),
  );
}

export function judgeState(
  { ActiveState, Result, ActiveEnterTimestamp = '' }: Record<string, string>,
  now: number,
): { isWell: boolean; isUnsettled: boolean } {
  if (ActiveState === 'inactive') return { isWell: Result === 'success', isUnsettled: false };
  if (ActiveState !== 'active' && ActiveState !== 'reloading') return { isWell: false, isUnsettled: false };
  const [, seconds] = /^@(\d+)/.exec(ActiveEnterTimestamp) ?? [];
  const isSettled = seconds === undefined || now - Number(seconds) * 1_000 >= SETTLED_MS;
  return { isWell: isSettled, isUnsettled: !isSettled };
}

/**
 * The journal does not know the invocation of what a process wrote right before it ended (it looks it up too late). Then
 * what the unit said since this invocation began stands in for it.
 */
async function readLogOf(
  observer: Observer,
  unit: string,
  invocation: string,
  { InvocationID, InactiveExitTimestamp = '' }: Record<string, string>,
) {
  const log = await readLog(observer, invocation);
  const isPresent = InvocationID === invocation && /^@\d+$/.test(InactiveExitTimestamp);
  if (!log.ok || !isPresent || hasOwnWords(log.value)) return log;
  const since = await observer.run(
    [
      'journalctl',
      '-u',
      unit,
      '--since',
      InactiveExitTimestamp,
      '-n',
      LOG_LINES,
      '--no-pager',
      '-o',
      'short-iso',
    ],
    READ_BYTES,
  );
  return since.ok ? { ok: true as const, value: capText(since.value, LOG_BYTES).text } : log;
}

/** Any line that is not systemd's about it. */
function hasOwnWords(log: string): boolean {
  return log
    .split('\n')
    .some((line) => line !== '' && !line.startsWith('-- ') && !/ systemd\[1\]: /.test(line));
}

/** Its own lines, and those that systemd wrote about it. */
async function readLog(observer: Observer, invocation: string) {
  const matches = [`_SYSTEMD_INVOCATION_ID=${invocation}`, '+', `INVOCATION_ID=${invocation}`];
  const log = await observer.run(
    ['journalctl', ...matches, '-n', LOG_LINES, '--no-pager', '-o', 'short-iso'],
    READ_BYTES,
  );
  return log.ok ? { ok: true as const, value: capText(log.value, LOG_BYTES).text } : log;
}

function isEmptyLog(text: string): boolean {
  return text.trim() === '' || text.includes('-- No entries --');
}

/** The last invocation of the unit that wrote anything, and is not this one. */
async function findBefore(observer: Observer, unit: string, failed: string): Promise<string | null> {
  const fields = '--output-fields=_SYSTEMD_INVOCATION_ID';
  const log = await observer.run(
    ['journalctl', '-u', unit, '-b', '-n', '400', '-o', 'json', fields, '--no-pager'],
    READ_BYTES,
  );
  if (!log.ok) return null;
  const found = [...log.value.matchAll(/"_SYSTEMD_INVOCATION_ID":"([\da-f]{32})"/g)].map(
    ([, id]) => id ?? '',
  );
  return found.findLast((id) => id !== failed) ?? null;
}

function isInvocation(text: string | null): text is string {
  return /^[\da-f]{32}$/.test(text ?? '');
}
