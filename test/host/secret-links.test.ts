import { linkSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createSecretLinkFinder } from '../../src/host/index.ts';
import { shippedPolicy } from '../policy/support.ts';

function makePlace(): string {
  const place = mkdtempSync(join(tmpdir(), 'steward-links-'));
  onTestFinished(() => rmSync(place, { recursive: true }));
  for (const folder of ['home/.ssh', 'home/keys', 'work/sub'])
    mkdirSync(join(place, folder), { recursive: true });
  for (const file of ['home/.ssh/id_ed25519', 'home/.ssh/deep', 'work/.env', 'work/notes', 'home/plain'])
    writeFileSync(join(place, file), 'x');
  return place;
}

const finderIn = (place: string) =>
  createSecretLinkFinder(
    { isSecretPath: shippedPolicy().isSecretPath, secretFolders: [{ path: join(place, 'home'), depth: 1 }] },
    join(place, 'work'),
  );

describe('a file with several names', () => {
  it.each([
    ['home/.ssh/id_ed25519', 'work/a.txt'],
    ['home/.ssh/deep', 'work/sub/b.log'],
    ['work/.env', 'home/keys/c'],
  ])('is known by the one that says it is secret: %s', (secret, harmless) => {
    const place = makePlace();
    linkSync(join(place, secret), join(place, harmless));
    expect(finderIn(place)(join(place, harmless))).toBe(join(place, secret));
  });

  it('is no secret when none of its names says so, nor is one with one name, a link or nothing', () => {
    const place = makePlace();
    linkSync(join(place, 'home/plain'), join(place, 'work/plain'));
    symlinkSync(join(place, 'home/.ssh/id_ed25519'), join(place, 'work/link'));
    const find = finderIn(place);
    for (const path of ['work/plain', 'work/notes', 'work/link', 'work/none', 'work'])
      expect(find(join(place, path))).toBeUndefined();
  });
});
