import { describe, expect, it } from 'vitest';
import { loadShipped, runProbe, saying } from '../support.ts';

const PROFILES = 'default\nper-user\nsystem\nsystem-41-link\nsystem-42-link\n';
const at = (current: string, profile: string) =>
  saying({
    readlink: `/nix/store/${current}-nixos-system-nuc1-25.11\n/nix/store/${profile}-nixos-system-nuc1-25.11\n`,
    ls: PROFILES,
  });

// Documentation: the NixOS manual on generations; readlink and ls of coreutils 9.1. No NixOS is to be had here.
describe('nixos-generations', () => {
  it('finds nothing where what runs is what boots', async () => {
    const run = await runProbe(await loadShipped('nixos-generations'), at('aaa', 'aaa'));
    expect(run).toMatchObject({ item: { status: 'ok' }, keys: [], broken: [] });
    expect(run.item.text).toContain('2 generations, the newest 42');
  });

  it('names a machine that would boot something else', async () => {
    const run = await runProbe(await loadShipped('nixos-generations'), at('aaa', 'bbb'));
    expect(run.keys).toEqual(['nixos-not-default:nuc1']);
  });
});
