import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createMasker } from '../../src/lib/mask.ts';
import { cpuTimeMs } from '../cpu-time.ts';
import { makeLookAlikes } from './mask/look-alikes.ts';
import { makeSecrets } from './mask/secrets.ts';

/** Tokens differ from masker to masker: their place is what counts. */
function shape(text: string, known: string[] = []): string {
  return createMasker(known)
    .mask(text)
    .replaceAll(/\[masked:[a-z0-9-]+:[0-9a-f]{4}\]/g, '<M>');
}

/** The value without its strings. */
function keysOf(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value, (_key, item) => (typeof item === 'string' ? '' : item)) ?? 'null');
}

describe('mask', () => {
  it.each([
    ['DB_PASSWORD=abc123', 'DB_PASSWORD=<M>'],
    ['password: foo', 'password: <M>'],
    ["passwd = 'two words'", "passwd = '<M>'"],
    ['{"password": "a b\\"c d", "x": 1}', '{"password": "<M>", "x": 1}'],
    ['{"body":"{\\"token\\":\\"abcdef\\"}"}', '{"body":"{\\"token\\":\\"<M>\\"}"}'],
    ['password="cut off before its end', 'password="<M> off before its end'],
    ['clientSecret: "s3cr3t"', 'clientSecret: "<M>"'],
    ['api_key=zzz9', 'api_key=<M>'],
    ['aws_secret_access_key = wJalrXUtnFEMI/K7MDENG', 'aws_secret_access_key = <M>'],
    ['Authorization: Bearer abc.def.ghi', 'Authorization: Bearer <M>'],
    ['curl -H "Authorization: Basic dXNlcjpwYXNz"', 'curl -H "Authorization: Basic <M>"'],
    ['X-Consul-Token: 7a1c9d52-aaaa-bbbb-cccc-000000000000', 'X-Consul-Token: <M>'],
    ['Secret ID    = 7a1c9d52-aaaa-bbbb-cccc-000000000000', 'Secret ID    = <M>'],
    ['SecretID: 7a1c9d52', 'SecretID: <M>'],
    ['postgres://app:p4ss@db.lan/app', 'postgres://app:<M>@db.lan/app'],
    ['key AKIAIOSFODNN7EXAMPLE here', 'key <M> here'],
    ['ghp_0123456789abcdefghijABCDEFGHIJ012345', '<M>'],
    ['github_pat_11ABCDEFG0123456789_abc', '<M>'],
    ['sk-ant-api03-abcdefghijklmnopqrstuv1', '<M>'],
    ['sk-proj-abcdefghijklmnopqrstuv1', '<M>'],
    ['xoxb-123456789012-abcdef', '<M>'],
    ['hvs.CAESIJ0123456789abcdefghij', '<M>'],
    ['Set-Cookie: session=abcdef; Path=/', 'Set-Cookie: <M>'],
    ['access-tokens = github.com=abcdef', 'access-tokens = <M>'],
    ['AGE-SECRET-KEY-1QQQQQQQQQQQQQQQQQQQQQQQQQQQQ', '<M>'],
    ['eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl', '<M>'],
    ['root:$6$saltsalt$0123456789abcdef0123456789:19000', 'root:<M>:19000'],
    ['psql --password s3cr3t -l', 'psql --password <M> -l'],
    ['a\n-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----\nb', 'a\n<M>\nb'],
    ['-----BEGIN PRIVATE KEY-----\nMIIE and cut', '<M>'],
    ['x\nMIIEvQIBADANBgkqhkiG9w0B\nMIIEvQIBADANBgkqhkiG9w0B\n-----END PRIVATE KEY-----\ny', 'x\n<M>\ny'],
    ['12\tpassword: tiger\n13\tport: 1', '12\tpassword: <M>\n13\tport: 1'],
    [
      '- name: DB_PASSWORD\n  value: tiger\n- name: PORT\n  value: tiger',
      '- name: DB_PASSWORD\n  value: <M>\n- name: PORT\n  value: tiger',
    ],
    [
      'kind: Secret\ndata:\n  x.conf: dGlnZXI=\ntype: Opaque',
      'kind: Secret\ndata:\n  x.conf: <M>\ntype: Opaque',
    ],
    ['password: |\n  correct horse\nport: 1', 'password: |\n  <M>\nport: 1'],
    ['curl -su anna:tiger1 https://x', 'curl -su anna:<M> https://x'],
    ['curl -p 80 -u anna https://x', 'curl -p 80 -u anna https://x'],
    ['mysql -u root -ptiger1 -e x', 'mysql -u root -p<M> -e x'],
    ['ssh -p 2222 anna@nas', 'ssh -p 2222 anna@nas'],
    ['sshpass -p tiger1 ssh nas', 'sshpass -p <M> ssh nas'],
    ['PGPASSWORD=tiger1 psql -h db', 'PGPASSWORD=<M> psql -h db'],
    ['Server=x;User Id=sa;Password=tiger1;Encrypt=true', 'Server=x;User Id=sa;Password=<M>;Encrypt=true'],
    ['{"pin": 1, "password": 123456}', '{"pin": 1, "password": "<M>"}'],
    ['<password>tiger</password>', '<password><M></password>'],
    ["define('DB_PASSWORD', 'tiger');", "define('DB_PASSWORD', '<M>');"],
    ['"auth": "YW5uYTp0aWdlcg=="', '"auth": "<M>"'],
  ])('hides the secret of %j', (text, expected) => {
    expect(shape(text)).toBe(expected);
  });

  it.each([
    'sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef',
    'commit 9b43c2ef0123456789abcdef0123456789abcdef01',
    '/nix/store/00bgd045z0d4icpbc2yyz4gx48ak44la-net-tools-1.60_p20170221182432',
    'machine 7a1c9d52-4b3e-4f21-9c77-0123456789ab',
    'Failed password for root from 10.0.0.9 port 50022 ssh2',
    'pam_unix(sshd:auth): authentication failure; user=root',
    'secretName: web-tls',
    'token_count=512 max_tokens: 4096',
    'PWD=/home/op ; USER=root ; COMMAND=/usr/bin/id',
    'Unexpected token: function',
    'password: true',
    'passwordFile = /run/secrets/db',
    'token: ${TOKEN}',
    'image: registry.lan/app@sha256:0123456789abcdef',
    'http://[::1]:8080/v1 https://consul.lan:8501/v1/agent',
    'started nginx.service - A high performance web server',
    'disk-usage /var 93% 12G',
    'Accepted publickey for root from 10.0.0.7 port 50022 ssh2: ED25519 SHA256:abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG',
    'FATAL:  password authentication failed for user "app"',
    'password    requisite    pam_pwquality.so retry=3',
    'trusted-public-keys = cache.nixos.org-1:6NCHdD59X431o0gWypbMrAURkbJ16ZPMQFGspcDShjY=',
    'resourceVersion: "81234"',
    'prompt_tokens=512 tokens: 1200/8000 pass: 14, fail: 2',
    'secret: web-tls',
  ])('leaves %j as it is', (text) => {
    expect(shape(text)).toBe(text);
  });

  it('hides known values wherever they stand, also as JSON and URL spell them', () => {
    expect(shape('x=hunter2 & y="hun\\"ter22" z=a%2Fb%2Fc%2Fd', ['hunter2', 'hun"ter22', 'a/b/c/d'])).toBe(
      'x=<M> & y="<M>" z=<M>',
    );
  });

  it('ignores known values that are too short to be told from words', () => {
    expect(shape('the word', ['word', ''])).toBe('the word');
  });

  it('gives equal values equal tokens, and another masker other ones', () => {
    const masker = createMasker([], 'salt');
    const [a, b, c] = masker.mask('password=one1 password=one1 password=two2').split(' ');
    expect(a).toBe(b);
    expect(a).not.toBe(c);
    const tokens = new Set(Array.from({ length: 8 }, () => createMasker([]).mask('password=one1')));
    expect(tokens.size).toBeGreaterThan(1);
  });

  it('says in the token what kind of secret it stands for', () => {
    expect(
      createMasker(['swordfish1']).mask('sk-ant-api03-abcdefghij0123456789 swordfish1, password=one1'),
    ).toMatch(
      /^\[masked:anthropic-key:[0-9a-f]{4}\] \[masked:known:[0-9a-f]{4}\], password=\[masked:password:[0-9a-f]{4}\]$/,
    );
  });

  it('gives the same tokens again with the same salt', () => {
    const [a, b, c] = ['salt', 'salt', 'other'].map((salt) => createMasker([], salt).mask('password=one1'));
    expect(a).toBe(b);
    expect(a).not.toBe(c);
  });

  it('tells where secrets are, in UTF-16 units of the text as it was given', () => {
    const text = '🔑 password=one1 and hvs.CAESIJ0123456789abcdefghij';
    expect(createMasker([]).find(text)).toEqual([
      { kind: 'password', start: 12, end: 16 },
      { kind: 'vault-token', start: 21, end: 51 },
    ]);
    expect(createMasker([]).find(createMasker([]).mask(text))).toEqual([]);
  });

  it('knows from the key what a string of a JSON value is', () => {
    const masker = createMasker([], 'salt');
    const tiger = masker.mask('password=tiger').slice('password='.length);
    const value = {
      user: 'tiger',
      password: 'tiger',
      env: [{ name: 'DB_PASSWORD', value: 'tiger' }],
      n: 1,
      x: null,
    };
    expect(masker.maskValue(value)).toEqual({
      ...value,
      password: tiger,
      env: [{ name: 'DB_PASSWORD', value: tiger }],
    });
  });

  it('reads a list of strings as the command line that it is', () => {
    const masker = createMasker([], 'salt');
    const [token] = masker.mask('curl -u me:Winter-garden-889').match(/\[masked:.*/) ?? [];
    const value = {
      run: ['curl', '-u', 'me:Winter-garden-889', '-d', 'a "quoted" \n word'],
      plain: ['df', '-P', '-l'],
      names: ['me:Winter-garden-889', 'me'],
      mixed: ['-u', 1, null],
    };
    expect(masker.maskValue(value)).toEqual({
      ...value,
      run: ['curl', '-u', `me:${token}`, '-d', 'a "quoted" \n word'],
    });
  });

  it('knows its own tokens', () => {
    const masker = createMasker([]);
    expect(masker.hasMask(masker.mask('password=one1'))).toBe(true);
    expect(masker.hasMask('password=one1 [masked] [masked:xyz]')).toBe(false);
  });

  const piece = fc.oneof(
    fc.constantFrom(
      'password',
      'token',
      '=',
      ': ',
      ':',
      '"',
      "'",
      '\\"',
      '://',
      '@',
      'hunter22',
      'masked',
      '[masked:1a2b]',
      'Bearer ',
      'authorization: ',
      'cookie: ',
      'access-tokens = ',
      '--token ',
      ' ',
      '\n',
      ';',
      ',',
      '-----BEGIN PRIVATE KEY-----',
      '-----END PRIVATE KEY-----',
      'eyJabcdefgh',
      '.',
      'secret id',
      '/etc/x/y',
    ),
    fc.string({ maxLength: 6 }),
  );
  const noise = fc.array(piece, { maxLength: 24 }).map((parts) => parts.join(''));

  it('masks a masked text no further', () => {
    fc.assert(
      fc.property(noise, fc.array(fc.constantFrom('hunter22', 'masked', 'token: ')), (text, known) => {
        const masker = createMasker(known);
        const once = masker.mask(text);
        expect(masker.mask(once)).toBe(once);
      }),
      { numRuns: 2000 },
    );
  });

  it('masks exactly what it finds', () => {
    fc.assert(
      fc.property(noise, (text) => {
        // A bare number gets quotes with its token.
        fc.pre(!/\d/.test(text));
        const masker = createMasker(['hunter22']);
        let rest = text;
        for (const { start, end } of masker.find(text).reverse())
          rest = rest.slice(0, start) + rest.slice(end);
        const withoutTokens = masker.mask(text).replaceAll(/\[masked:[a-z0-9-]+:[0-9a-f]{4}\]/g, '');
        expect(withoutTokens).toBe(rest.replaceAll(/\[masked:[a-z0-9-]+:[0-9a-f]{4}\]/g, ''));
      }),
      { numRuns: 500 },
    );
  });

  it('leaves JSON JSON, as a text and string by string', () => {
    const texts = [...makeSecrets(3, 200).map(({ text }) => text), ...makeLookAlikes(3, 200)];
    const key = fc.constantFrom(
      'password',
      'token',
      'user',
      'apiKey',
      'data',
      'name',
      'value',
      'DB_PASSWORD',
    );
    const leaf = fc.oneof(
      fc.constantFrom(...texts),
      fc.string(),
      fc.integer(),
      fc.boolean(),
      fc.constant(null),
    );
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof(
        { depthSize: 'small' },
        leaf,
        fc.array(tie('value'), { maxLength: 3 }),
        fc.dictionary(key, tie('value'), { maxKeys: 3 }),
      ),
    }));
    fc.assert(
      fc.property(value, fc.constantFrom(undefined, 2), (given, indent) => {
        const masker = createMasker(['hunter22']);
        expect(() => JSON.parse(masker.mask(JSON.stringify(given, null, indent)))).not.toThrow();
        expect(keysOf(masker.maskValue(given))).toEqual(keysOf(given));
      }),
      { numRuns: 1000 },
    );
  });

  it('never lets a known value through', () => {
    fc.assert(
      fc.property(noise, noise, (before, after) => {
        expect(createMasker(['hunter22']).mask(`${before}hunter22${after}`)).not.toContain('hunter22');
      }),
    );
  });

  it.each([
    'password=',
    'password="',
    'password="\\',
    'eyJ',
    'eyJaaaaaaaa.',
    '://a:',
    '-----BEGIN PRIVATE KEY-----',
    'sk-',
    'secret key ',
    'authorization: bearer ',
    '$6$',
    '"',
    ' ',
    'a',
  ])('takes a megabyte of %j in its stride', async (part) => {
    const hostile = part.repeat(Math.ceil(1_000_000 / part.length));
    expect(await cpuTimeMs(() => createMasker(['hunter22']).mask(hostile))).toBeLessThan(5_000);
  });

  it('keeps no long text alive of which it looked at a piece', () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const masker = createMasker([]);
    const held = (): number => {
      collect();
      return process.memoryUsage().heapUsed;
    };
    const before = held();
    for (let i = 0; i < 60; i++) {
      const output = Buffer.alloc(1_000_000, `line ${i} of a long output\n`).toString('latin1');
      expect(masker.mask(output.slice(500_000, 500_080 + i))).toContain('of a long output');
    }
    expect(held() - before).toBeLessThan(8_000_000);
  });

  it('gives the same answer when it is asked again, whatever came between', () => {
    const masker = createMasker(['hunter22-hunter22'], 'salt');
    const texts = fc.oneof(
      noise,
      fc.constantFrom('DB_PASSWORD=abc123', 'step.started', 'x hunter22-hunter22', 'df -P'),
    );
    fc.assert(
      fc.property(fc.array(texts, { maxLength: 80 }), (asked) => {
        for (const text of asked)
          expect(masker.mask(text)).toBe(createMasker(['hunter22-hunter22'], 'salt').mask(text));
      }),
      { numRuns: 30 },
    );
  });
});
