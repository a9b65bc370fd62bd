import { describe, expect, it } from 'vitest';
import { loadShipped, runProbe, saying } from '../support.ts';

const HEAD = 'd5acf173bc89b0e1a64ff4cea463b6b03d93d896';
const running = (revision?: string) =>
  JSON.stringify({
    nixosVersion: '25.11.20261101.abcdef0',
    nixpkgsRevision: 'abc',
    ...(revision === undefined ? {} : { configurationRevision: revision }),
  });
const given = { flake: '/etc/nixos' };

// Documentation: nixos-version --json of the NixOS manual. git rev-parse of git 2.39.5, a Debian 12 VM.
describe('nixos-drift', () => {
  const look = async (revision?: string) =>
    runProbe(
      await loadShipped('nixos-drift'),
      saying({ 'nixos-version': running(revision), 'rev-parse': `${HEAD}\n` }),
      { given },
    );

  it('finds nothing where the flake is what runs, or where nobody can tell', async () => {
    expect(await look(HEAD)).toMatchObject({ item: { status: 'ok' }, keys: [], broken: [] });
    expect((await look()).keys).toEqual([]);
  });

  it('names a machine that runs another commit, and one built from uncommitted files', async () => {
    expect((await look('1111111111111111111111111111111111111111')).keys).toEqual(['nixos-drift:nuc1']);
    expect((await look(`${HEAD}-dirty`)).keys).toEqual(['nixos-drift:nuc1']);
  });
});
