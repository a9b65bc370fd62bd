import { describe, expect, test } from 'vitest';
import { readApiKey, stateFolder } from '../../src/config/index.ts';
import { operatorFiles } from '../fakes/operator-files.ts';

describe('stateFolder', () => {
  test.each([
    [{}, '/home/kim/.local/state/steward'],
    [{ XDG_STATE_HOME: '/x' }, '/x/steward'],
    [{ XDG_STATE_HOME: 'x' }, '/home/kim/.local/state/steward'],
    [{ STATE_DIRECTORY: '/var/lib/steward', XDG_STATE_HOME: '/x' }, '/var/lib/steward'],
    [{ STATE_DIRECTORY: '/var/lib/steward:/var/lib/other' }, '/var/lib/steward'],
    [{ STATE_DIRECTORY: '/var/lib/steward', STEWARD_STATE_DIR: '/mine' }, '/mine'],
    [{ STEWARD_STATE_DIR: '' }, '/home/kim/.local/state/steward'],
  ])('of %j is %s', (env, folder) => {
    expect(stateFolder(env, '/home/kim')).toBe(folder);
  });

  test('of the user of the shipped units is theirs, also by hand', () => {
    expect(stateFolder({}, '/var/lib/steward')).toBe('/var/lib/steward');
    expect(stateFolder({ STEWARD_STATE_DIR: '/mine' }, '/var/lib/steward')).toBe('/mine');
  });
});

describe('readApiKey', () => {
  const wanted = { variable: 'DS_KEY', credential: 'ds' };
  const files = operatorFiles({ '/run/credentials/steward/ds': 'sk-file\n' });

  test('takes the environment first, then the credential file, trimmed', async () => {
    const env = { DS_KEY: ' sk-env ', CREDENTIALS_DIRECTORY: '/run/credentials/steward' };
    expect(await readApiKey(wanted, { env, files })).toBe('sk-env');
    expect(await readApiKey(wanted, { env: { ...env, DS_KEY: '' }, files })).toBe('sk-file');
  });

  test('is undefined when neither is there or neither is named', async () => {
    const env = { DS_KEY: 'sk-env', CREDENTIALS_DIRECTORY: '/run/credentials/steward' };
    expect(await readApiKey(wanted, { env: {}, files })).toBeUndefined();
    expect(await readApiKey({ variable: null, credential: null }, { env, files })).toBeUndefined();
    expect(await readApiKey({ variable: null, credential: 'other' }, { env, files })).toBeUndefined();
  });

  test('refuses what cannot be a key, without showing it', async () => {
    const error = await readApiKey(wanted, { env: { DS_KEY: 'sk-1\nsk-2' }, files }).catch((e: unknown) => e);
    expect(error).toMatchObject({ reason: 'login', message: expect.stringContaining('$DS_KEY') });
    expect(String(error)).not.toContain('sk-1');
  });
});
