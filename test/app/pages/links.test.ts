import { describe, expect, it } from 'vitest';
import { linkToApproval, linkToIncident, viewKey } from '../../../src/app/pages/links.ts';
import type { World } from '../../../src/app/world.ts';
import { createMemoryStore } from '../../../src/host/index.ts';
import { createMasker } from '../../../src/lib/mask.ts';

const worldWith = (url: string | null): Pick<World, 'store' | 'settings'> => ({
  store: createMemoryStore('a test'),
  // Links read this setting and no other.
  settings: { pages: { url } } as World['settings'],
});

describe('addresses in messages', () => {
  it('carry the key of this approval, which no other has', async () => {
    const world = worldWith('https://home.example.org/steward/');
    const link = await linkToApproval(world, 'a-7f3k9qab');
    const key = await viewKey(world.store, 'a-7f3k9qab');
    expect(link).toBe(`https://home.example.org/steward/approvals/a-7f3k9qab?k=${key}`);
    expect(key).toMatch(/^[\w-]{22}$/);
    expect(await viewKey(world.store, 'a-7f3k9qac')).not.toBe(key);
  });

  it('are the same for all who make them at once, and another with another state folder', async () => {
    const { store } = worldWith(null);
    const keys = await Promise.all(Array.from({ length: 20 }, () => viewKey(store, 'a-x')));
    expect(new Set(keys).size).toBe(1);
    expect(await viewKey(createMemoryStore('another'), 'a-x')).not.toBe(keys[0]);
  });

  it('stand below the path of the setting, whatever else it says', async () => {
    const link = await linkToApproval(worldWith('https://h.example/a/b//?x=1#y'), 'a-x');
    expect(link).toMatch(/^https:\/\/h\.example\/a\/b\/approvals\/a-x\?k=[\w-]{22}$/);
  });

  it('are not there when nobody said where the pages are', async () => {
    expect(await linkToApproval(worldWith(null), 'a-x')).toBeNull();
    expect(linkToIncident(worldWith(null), 'i-x')).toBeNull();
  });

  it('keep an id of an incident in its place', () => {
    expect(linkToIncident(worldWith('http://h:9097'), '../a?b')).toBe('http://h:9097/incidents/..%2Fa%3Fb');
  });

  it('pass the masker as they are', async () => {
    const world = worldWith('https://home.example.org');
    const { mask } = createMasker([], '00');
    for (let index = 0; index < 200; index++) {
      const text = `Approve or deny: ${await linkToApproval(world, `a-${index}`)} until 12:00`;
      expect(mask(text)).toBe(text);
    }
  });
});
