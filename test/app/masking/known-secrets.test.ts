import { describe, expect, it } from 'vitest';
import { readKnownSecrets } from '../../../src/app/masking/known-secrets.ts';
import { loadSettings } from '../../../src/config/index.ts';
import { operatorFiles } from '../../fakes/operator-files.ts';

const FILES = {
  '/run/credentials/steward/anthropic': 'sk-from-systemd\n',
  '/etc/app.env': '# comment\nexport DB_PASSWORD="correct horse"\nDEBUG=1\n',
  '/etc/one-line': 'the whole line\n',
};

async function secretsOf(
  env: Record<string, string>,
  valuesFrom: string[],
  more: Record<string, unknown> = {},
): Promise<string[]> {
  const files = operatorFiles(FILES);
  const { settings } = await loadSettings({
    files,
    env: {},
    cwd: '/',
    home: '/root',
    flags: { settings: JSON.stringify({ mask: { values_from: valuesFrom }, ...more }), values: {} },
  });
  return readKnownSecrets(settings, env, files);
}

describe('secrets that the process can know of', () => {
  it('are variables with telling names, long enough not to be words', async () => {
    const env = { ANTHROPIC_API_KEY: 'sk-ant-123', PIN_TOKEN: '1234', EDITOR: 'nvim-is-no-secret' };
    expect(await secretsOf(env, [])).toEqual(['sk-ant-123']);
  });

  it('are such variables in small letters, too', async () => {
    expect(await secretsOf({ borg_passphrase: 'tortoise-shell' }, [])).toEqual(['tortoise-shell']);
  });

  it('are not the folders where somebody works, which POSIX calls by such a name', async () => {
    const env = { PWD: '/home/op/infra', OLDPWD: '/srv/data', MYSQL_PWD: 'Winter-garden-889' };
    expect(await secretsOf(env, [])).toEqual(['Winter-garden-889']);
  });

  it("are a provider's key, whatever its variable is called", async () => {
    const providers = {
      mine: { kind: 'openai-compatible', base_url: 'http://nas.lan/v1', api_key_env: 'MY_BOX' },
    };
    expect(await secretsOf({ MY_BOX: 'plain-words' }, [], { providers })).toEqual(['plain-words']);
  });

  it("are systemd's credentials", async () => {
    expect(await secretsOf({ CREDENTIALS_DIRECTORY: '/run/credentials/steward' }, [])).toEqual([
      'sk-from-systemd',
    ]);
  });

  it('are values of the files that settings name', async () => {
    expect(await secretsOf({}, ['/etc/app.env', '/etc/one-line'])).toEqual([
      'correct horse',
      'the whole line',
    ]);
  });

  it('are variables that a name tells of in any of the usual ways, unless they only refer to a secret', async () => {
    const env = {
      PGPASSWORD: 'pg-secret-1',
      SMTP_PASS: 'smtp-secret-2',
      DB_PASSWORD: '/run/secrets/db',
      API_TOKEN: '${OTHER_TOKEN}',
      DB_PASSWORD_FILE: 'not-a-secret',
      SSH_AUTH_SOCK: '/run/user/0/keyring/ssh',
    };
    expect(await secretsOf(env, [])).toEqual(['pg-secret-1', 'smtp-secret-2']);
  });

  it('are passwords in addresses, as they are spelled and as they are meant', async () => {
    const env = { BACKUP_URL: 'https://nas:p%40ss-word@nas.lan/', HOME_PAGE: 'https://nas.lan/@x' };
    const environment = { CONSUL_HTTP_ADDR: 'https://u:settings-pw@consul.lan/' };
    expect(await secretsOf(env, [], { environment })).toEqual([
      'p%40ss-word',
      'p@ss-word',
      'settings-pw',
      'settings-pw',
    ]);
  });

  it('are the keys of model providers, whatever their variable is called', async () => {
    const providers = { deep: { kind: 'openai-compatible', base_url: 'http://d.lan/', api_key_env: 'DEEP' } };
    expect(await secretsOf({ DEEP: 'deep-key-value' }, [], { providers })).toEqual(['deep-key-value']);
  });
});
