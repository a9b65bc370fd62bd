import { expect, test } from 'vitest';
import { rememberSeen, updateHistory } from '../../src/app/stored.ts';
import { emptyHistory, muteFinding, writeHistory } from '../../src/context/index.ts';
import { createMemoryStore } from '../../src/host/index.ts';

function watchedStore() {
  const store = createMemoryStore('test');
  const calls: string[] = [];
  const watched: typeof store = {
    ...store,
    lock: (name, waitMs) => {
      calls.push(`lock ${name}`);
      return store.lock(name, waitMs);
    },
    write: (name, data) => {
      calls.push(`write ${name}`);
      return store.write(name, data);
    },
  };
  return { store: watched, calls };
}

test('what a check learned is written under a lock; one that learned nothing takes none', async () => {
  const { store, calls } = watchedStore();
  const judged = { ...emptyHistory(), seen: { 'listening.new': { '22/tcp': 5 } } };
  await rememberSeen(store, judged);
  expect(calls).toEqual(['lock knowledge', 'write findings.json']);
  await rememberSeen(store, judged);
  expect(calls).toHaveLength(2);
  expect(await store.readText('findings.json')).toBe(writeHistory(judged));
});

test('what another process wrote before the lock was had is what is changed', async () => {
  const { store } = watchedStore();
  await store.write('findings.json', writeHistory(emptyHistory()));
  const raced: typeof store = {
    ...store,
    async lock(name, waitMs) {
      await store.write('findings.json', writeHistory(muteFinding(emptyHistory(), 'disk-full:/', 9, 'ops')));
      return store.lock(name, waitMs);
    },
  };
  await updateHistory(raced, (stored) => muteFinding(stored, 'failed-unit:a.service', 7, 'me'));
  expect(JSON.parse((await store.readText('findings.json')) ?? '')).toMatchObject({
    mutes: { 'disk-full:/': { untilMs: 9, by: 'ops' }, 'failed-unit:a.service': { untilMs: 7, by: 'me' } },
  });
});

test('findings that cannot be read are replaced, also by nothing', async () => {
  const { store } = watchedStore();
  await store.write('findings.json', '{');
  await updateHistory(store, (stored) => stored);
  expect(await store.readText('findings.json')).toBe(writeHistory(emptyHistory()));
});
