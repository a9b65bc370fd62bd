import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkStateFile } from '../../src/protocol/schemas/state-file.ts';
import { scanned, source, T0 } from './make-state.ts';

const web = source('systemd:web1', {
  services: [{ id: 'web1/nginx.service', name: 'nginx.service', host: 'web1', status: 'running' }],
});
const db = source('systemd:db1', {
  services: [{ id: 'db1/pg.service', name: 'pg.service', host: 'db1', status: 'failed' }],
});

describe('a scan over what is known', () => {
  it('gives a file that follows its own schema', () => {
    const state = scanned(null, [web, source('consul', 'connection refused')]);
    expect(checkStateFile(JSON.parse(JSON.stringify(state)))).toEqual({ state });
    expect(state.meta.partial).toBe(true);
  });

  it('marks what a silent source had told as stale since it was last seen, and drops nothing of it', () => {
    const before = scanned(null, [web, db]);
    const later = T0 + 60_000;
    const once = scanned(
      before,
      [source('systemd:web1', 'no answer within 4 s', later), { ...db, at: later }],
      { at: later },
    );
    const twice = scanned(once, [source('systemd:web1', 'refused', later + 1)], {
      at: later + 1,
      known: ['systemd:web1', 'systemd:db1'],
    });
    const nginx = twice.services.find(({ name }) => name === 'nginx.service');
    expect(nginx).toMatchObject({
      status: 'running',
      stale: { since: new Date(T0).toISOString(), reason: 'refused' },
    });
    expect(twice.sources.find(({ name }) => name === 'systemd:web1')).toMatchObject({
      problem: 'refused',
      seen_at: new Date(T0).toISOString(),
    });
    expect(twice.services.find(({ name }) => name === 'pg.service')?.stale).toBeNull();
  });

  it('replaces all that a source had told once it answers', () => {
    const stale = scanned(scanned(null, [web]), [source('systemd:web1', 'refused', T0 + 1)]);
    const back = scanned(stale, [
      source('systemd:web1', { services: [{ id: 'web1/caddy.service', name: 'caddy.service' }] }, T0 + 2),
    ]);
    expect(back.services.map(({ name, stale }) => [name, stale])).toEqual([['caddy.service', null]]);
    expect(back.meta.partial).toBe(false);
  });

  it('leaves alone what was not asked, and lets go of sources that are declared no more', () => {
    const before = scanned(null, [web, db]);
    const some = scanned(before, [{ ...web, at: T0 + 1 }], { known: ['systemd:web1', 'systemd:db1'] });
    expect(some.services.map(({ name }) => name)).toEqual(['nginx.service', 'pg.service']);
    expect(scanned(before, [web], { known: ['systemd:web1'] }).services.map(({ name }) => name)).toEqual([
      'nginx.service',
    ]);
  });

  it('keeps the newer answer where an older scan comes in last', () => {
    const newer = source('systemd:web1', { services: [{ id: 'web1/new', name: 'new' }] }, T0 + 5_000);
    expect(scanned(scanned(null, [newer]), [web]).services.map(({ name }) => name)).toEqual(['new']);
  });

  it('takes what is said now over what was said at a time still to come, by a clock that was set back since', () => {
    const ahead = source('systemd:web1', { services: [{ id: 'web1/old', name: 'old' }] }, T0 + 86_400_000);
    const state = scanned(scanned(null, [ahead], { at: T0 + 86_400_000 }), [web], { at: T0 });
    expect(state.services.map(({ name }) => name)).toEqual(['nginx.service']);
    expect(state.sources[0]?.tried_at).toBe(new Date(T0).toISOString());
  });

  it('lets what is declared stand until it is seen, and then adds owner and tags to what was seen', () => {
    const declared = {
      services: [{ id: 'nginx.service', name: 'nginx.service', host: 'web1', owner: 'anna', tags: ['edge'] }],
    };
    const only = scanned(null, [], { declared });
    expect(only.services).toMatchObject([{ source: 'inventory', seen_at: null, owner: 'anna' }]);
    expect(scanned(only, [web], { declared }).services).toMatchObject([
      { source: 'systemd:web1', owner: 'anna', tags: ['edge'], status: 'running' },
    ]);
  });

  it('says what is wrong by what sources say themselves', () => {
    const state = scanned(null, [db, source('consul', 'connection refused')]);
    expect(state.alerts.map(({ id, status }) => [id, status])).toEqual([
      ['sources/consul', 'no answer'],
      ['services/db1/pg.service', 'failed'],
    ]);
  });

  it('never drops an item of a source that is still declared and does not answer', () => {
    const answers = fc.array(
      fc.option(fc.uniqueArray(fc.constantFrom('a', 'b', 'c'), { maxLength: 3 }), { nil: null }),
      { minLength: 1, maxLength: 6 },
    );
    fc.assert(
      fc.property(answers, (scans) => {
        let state = scanned(null, []);
        let told: string[] = [];
        scans.forEach((names, index) => {
          const found = names === null ? 'silent' : { services: names.map((name) => ({ id: name, name })) };
          state = scanned(state, [source('s', found, T0 + index)], { at: T0 + index });
          told = names ?? told;
          expect(state.services.map(({ name }) => name)).toEqual([...told].sort());
          expect(state.services.every(({ stale }) => (stale === null) === (names !== null))).toBe(true);
        });
      }),
      { numRuns: 60 },
    );
  });
});
