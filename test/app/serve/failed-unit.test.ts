import { describe, expect, it } from 'vitest';
import { readFailedUnit } from '../../../src/app/serve/failed-unit.ts';
import type { Observer } from '../../../src/app/serve/observe.ts';

const NOW = Date.parse('2026-03-01T03:00:00Z');
const FAILED = 'a'.repeat(32);
const BEFORE = 'b'.repeat(32);

/** Answers by the beginning of the command line; what is not there could not be read. */
function observer(answers: Record<string, string>): Observer & { asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    async run(argv) {
      const line = argv.join(' ');
      asked.push(line);
      const found = Object.entries(answers).find(([start]) => line.startsWith(start));
      return found === undefined ? { ok: false, reason: 'no rights' } : { ok: true, value: found[1] };
    },
    fetchJson: async () => ({ ok: false, reason: 'not asked here' }),
  };
}

const state = (values: Record<string, string>): string =>
  Object.entries({ Id: 'db.service', ...values })
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
const read = (answers: Record<string, string>, invocation: string | null = FAILED) =>
  readFailedUnit(observer(answers), 'db.service', { invocation, now: NOW });

describe('a failed unit', () => {
  it.each([
    ['runs again', { ActiveState: 'active', ActiveEnterTimestamp: `@${NOW / 1_000 - 60}` }, 'well'],
    [
      'began a moment ago',
      { ActiveState: 'active', ActiveEnterTimestamp: `@${NOW / 1_000 - 3}` },
      'unsettled',
    ],
    ['ended well since', { ActiveState: 'inactive', Result: 'success' }, 'well'],
    ['was stopped after it failed', { ActiveState: 'inactive', Result: 'exit-code' }, 'failed'],
    ['waits for its restart', { ActiveState: 'activating', SubState: 'auto-restart' }, 'failed'],
    ['is failed', { ActiveState: 'failed', Result: 'oom-kill' }, 'failed'],
  ])('that %s is read as it is', async (_, values, expected) => {
    const found = await read({ systemctl: state(values) });
    const word = found?.isWell ? 'well' : found?.isUnsettled ? 'unsettled' : 'failed';
    expect(word).toBe(expected);
  });

  it('brings the log of its invocation, and only that', async () => {
    const seen = observer({
      systemctl: state({ ActiveState: 'failed', Result: 'exit-code', InvocationID: BEFORE }),
      [`journalctl _SYSTEMD_INVOCATION_ID=${FAILED} + INVOCATION_ID=${FAILED}`]: 'no space left\n',
    });
    const found = await readFailedUnit(seen, 'db.service', { invocation: FAILED, now: NOW });
    expect(found?.facts).toEqual({
      unit_state: { Id: 'db.service', ActiveState: 'failed', Result: 'exit-code', InvocationID: BEFORE },
      invocation: FAILED,
      log: 'no space left\n',
    });
    expect(seen.asked).toHaveLength(2);
  });

  it('brings what the unit said since it began where the journal does not know the invocation', async () => {
    const began = `@${NOW / 1_000 - 5}`;
    const found = await read({
      systemctl: state({ ActiveState: 'failed', InvocationID: FAILED, InactiveExitTimestamp: began }),
      [`journalctl _SYSTEMD_INVOCATION_ID=${FAILED}`]: '2026 nuc1 systemd[1]: db.service: Failed.\n',
      [`journalctl -u db.service --since ${began}`]: '2026 nuc1 db[7]: no space left\n',
    });
    expect(found?.facts.log).toBe('2026 nuc1 db[7]: no space left\n');
  });

  it('at its start limit brings the log of the invocation before', async () => {
    const lines = [BEFORE, FAILED].map((id) => `{"_SYSTEMD_INVOCATION_ID":"${id}"}\n`).join('');
    const found = await read({
      systemctl: state({ ActiveState: 'failed', Result: 'start-limit-hit' }),
      [`journalctl _SYSTEMD_INVOCATION_ID=${FAILED}`]: '-- No entries --\n',
      [`journalctl _SYSTEMD_INVOCATION_ID=${BEFORE}`]: 'the cause\n',
      'journalctl -u db.service -b': lines,
    });
    expect(found?.facts).toMatchObject({ invocation_before: BEFORE, log_before: 'the cause\n' });
  });

  it('says what could not be read, and asks for no invocation that is none', async () => {
    const found = await read({ systemctl: state({ ActiveState: 'failed', Result: 'exit-code' }) });
    expect(found?.facts).toMatchObject({ log: 'could not be read: no rights' });
    const hostile = await read({ systemctl: state({ ActiveState: 'failed' }) }, '--file=/etc/shadow');
    expect(hostile?.facts).toMatchObject({
      invocation: '',
      log: 'could not be read: no invocation is known',
    });
    expect(await read({})).toBeNull();
  });
});
