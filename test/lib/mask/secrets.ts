import { ALNUM, createRandom, DIGITS, HEX, LOWER, type Random, UPPER } from './random.ts';

export interface SecretCase {
  text: string;
  /** Must not be in the masked text. */
  secret: string;
  family: string;
}

/** Real-looking secrets where they are found on a host: logs, env files, configuration, URLs, command lines. */
export function makeSecrets(seed: number, count: number): SecretCase[] {
  const random = createRandom(seed);
  return Array.from({ length: count }, () => {
    const [family, make] = random.pick(FAMILIES);
    return { family, ...make(random) };
  });
}

type Make = (random: Random) => { text: string; secret: string };

const FAMILIES: [string, Make][] = [
  ['env', (r) => inContext(r, password(r), ENV)],
  ['env', (r) => inContext(r, token(r), ENV_TOKEN)],
  ['json', (r) => inContext(r, jsonSafe(r), JSON_TEXTS)],
  ['yaml', (r) => inContext(r, yamlSafe(r), YAML)],
  ['hcl', (r) => inContext(r, jsonSafe(r), HCL)],
  ['nix', (r) => inContext(r, jsonSafe(r), NIX)],
  ['ini', (r) => inContext(r, plainSafe(r), INI)],
  ['log', (r) => inContext(r, plainSafe(r), LOGS)],
  ['url', (r) => inContext(r, urlSafe(r), URLS)],
  ['header', (r) => inContext(r, token(r), HEADERS)],
  ['command', (r) => inContext(r, shellSafe(r), COMMANDS)],
  ['connection string', (r) => inContext(r, plainSafe(r), CONNECTIONS)],
  ['provider', (r) => inContext(r, provider(r), ANYWHERE)],
  ['pem', pem],
  ['hash', (r) => inContext(r, hash(r), SHADOW)],
];

function inContext(random: Random, secret: string, contexts: readonly string[]) {
  const text = random
    .pick(contexts)
    .replaceAll('%NAME%', () => random.pick(PASSWORD_NAMES))
    .replaceAll('%name%', () => random.pick(PASSWORD_NAMES).toLowerCase())
    .replaceAll('%TOKEN%', () => random.pick(TOKEN_NAMES))
    .replaceAll('%user%', () => random.pick(['root', 'app', 'grafana', 'backup', 'svc-nas', 'anna']))
    .replaceAll('%host%', () =>
      random.pick(['db.lan', '10.0.0.7', 'pg-01.home.arpa', 'nas', 'registry.lan:5000']),
    )
    .replaceAll(
      '%time%',
      () => `2026-11-${random.int(10, 28)}T0${random.int(0, 9)}:${random.int(10, 59)}:${random.int(10, 59)}Z`,
    )
    .replaceAll('%S%', () => secret);
  return { text, secret };
}

const PASSWORD_NAMES = [
  'DB_PASSWORD',
  'POSTGRES_PASSWORD',
  'MYSQL_ROOT_PASSWORD',
  'SMTP_PASS',
  'REDIS_PASSWORD',
  'ADMIN_PASSWD',
  'LDAP_BIND_PASSWORD',
  'MQTT_PASSWORD',
  'RESTIC_PASSWORD',
  'BORG_PASSPHRASE',
  'WIFI_PSK',
  'SECRET_KEY_BASE',
  'APP_SECRET',
  'PGPASSWORD',
  'GF_SECURITY_ADMIN_PASSWORD',
  'SMB_PWD',
  'DJANGO_SECRET_KEY',
  'SESSION_SECRET',
];
const TOKEN_NAMES = [
  'API_TOKEN',
  'GITEA_TOKEN',
  'CF_API_KEY',
  'HASS_TOKEN',
  'CONSUL_HTTP_TOKEN',
  'NOMAD_TOKEN',
  'AWS_SECRET_ACCESS_KEY',
  'ACCESS_TOKEN',
  'WEBHOOK_SECRET',
  'AUTH_TOKEN',
  'PLEX_TOKEN',
  'ENCRYPTION_KEY',
  'JWT_SECRET',
  'OIDC_CLIENT_SECRET',
  'NEXTCLOUD_API_KEY',
];

const ENV = [
  '%NAME%=%S%',
  'export %NAME%=%S%',
  "%NAME%='%S%'",
  '%NAME%="%S%"',
  'Environment=%NAME%=%S%',
  'LOG=1\n%NAME%=%S%\nPORT=80',
  'ENV %NAME% = %S%',
];
const ENV_TOKEN = [
  '%TOKEN%=%S%',
  'export %TOKEN%="%S%"',
  'Environment="%TOKEN%=%S%"',
  'docker run -e %TOKEN%=%S% app',
  '      "%TOKEN%=%S%",',
  'env: %TOKEN%=%S% PATH=/usr/bin',
];
const JSON_TEXTS = [
  '{"user":"%user%","password":"%S%"}',
  '{"db":{"%name%": "%S%", "port": 5432}}',
  '  "apiKey": "%S%",',
  '{"level":"info","msg":"started","clientSecret":"%S%"}',
  '{"body":"{\\"token\\":\\"%S%\\"}"}',
  '{"name":"%NAME%","value":"%S%"}',
  '{"Env":["%TOKEN%=%S%","PATH=/bin"]}',
  '"privateKey":"%S%"',
  '{"access_token":"%S%","expires_in":3600}',
];
const YAML = [
  'password: %S%',
  '  password: "%S%"',
  "admin_password: '%S%'",
  '- name: %NAME%\n  value: %S%',
  'auth:\n  user: %user%\n  passwd: %S%',
  'smtp_auth_password: %S% # from the provider',
  'clientSecret: %S%',
  'env:\n  %TOKEN%: %S%',
  'psk: "%S%"',
  '{user: %user%, password: "%S%"}',
  'apiVersion: v1\nkind: Secret\nstringData:\n  config: %S%\n',
];
const HCL = [
  'password = "%S%"',
  '  %name% = "%S%"',
  'env { %TOKEN% = "%S%" }',
  'secret_key   = "%S%"',
  'encrypt_key = "%S%"',
  'token = "%S%" # consul',
  'variable "db_password" { default = 1 }\ndb_password = "%S%"',
];
const NIX = [
  'password = "%S%";',
  'services.x.adminPassword = "%S%";',
  'environment.%TOKEN% = "%S%";',
  "%name% = ''%S%'';",
  'networks."home".psk = "%S%";',
  'initialPassword = "%S%";',
];
const INI = [
  'password = %S%',
  'requirepass %S%',
  'smtp_password=%S%',
  '[client]\npassword=%S%',
  'machine %host% login %user% password %S%',
  'PresharedKey = %S%',
  'db.password=%S%',
  'spring.datasource.password: %S%',
  'api_key: %S%',
];
const LOGS = [
  '%time% INFO connecting with password=%S% to %host%',
  '%time% level=debug user=%user% password=%S% msg="login"',
  'app[812]: using token %S%2aB for %user%'.replace('%S%2aB', 'value token=%S%'),
  '%time% DEBUG config {password: %S%}',
  'login user=%user%, password=%S%, host=%host%',
  'sudo: COMMAND=/usr/bin/mysql --password=%S%',
  'WARN: secret_key=%S% is short',
  'auth failed: {"password":"%S%"}',
  '%time% request body: user=%user%&password=%S%&remember=1',
  'set password: %S%',
  'Password: %S%',
  'the password is "%S%"',
  'panic: dial: password=%S% rejected',
];
const URLS = [
  'postgres://%user%:%S%@%host%/app',
  'redis://:%S%@%host%:6379/0',
  'https://%user%:%S%@%host%/git/x.git',
  'dsn=mysql://%user%:%S%@%host%/x?ssl=1',
  'amqp://%user%:%S%@%host%:5672/',
  'mongodb+srv://%user%:%S%@%host%/?w=majority',
  'GET https://%host%/api?token=%S%&page=2',
  'http://%host%/x?api_key=%S%',
  'error: fetch http://%user%:%S%@%host%/: refused',
  'https://%host%/cb?access_token=%S%#x',
  'rtsp://%user%:%S%@%host%:554/stream',
  '%user%:%S%@tcp(%host%:3306)/db',
];
const HEADERS = [
  'Authorization: Bearer %S%',
  "curl -H 'Authorization: Bearer %S%' https://%host%/",
  'authorization: Basic %S%',
  'X-Api-Key: %S%',
  'X-Vault-Token: %S%',
  'X-Auth-Token: %S%',
  'Cookie: session=%S%; lang=de',
  'Set-Cookie: sid=%S%; HttpOnly',
  '"Authorization": "Bearer %S%"',
  '< set-cookie: auth=%S%; Path=/',
  'Proxy-Authorization: Basic %S%',
  '-H "PRIVATE-TOKEN: %S%"',
  'X-Consul-Token: %S%',
];
const COMMANDS = [
  'curl -u %user%:%S% https://%host%/',
  'PGPASSWORD=%S% psql -h %host%',
  'mysql -u root -p%S% -e "select 1"',
  'sshpass -p %S% ssh %user%@%host%',
  'redis-cli -h %host% -a %S% info',
  'app --password %S% --port 80',
  'app --api-key=%S%',
  'docker login -u %user% -p %S% %host%',
  'vault login token=%S%',
  'wget --http-password=%S% https://%host%/',
  'curl --user "%user%:%S%" %host%',
  'kubectl --token=%S% get pods',
  'mount -t cifs -o username=%user%,password=%S% //nas/x /mnt',
  'psql -c "ALTER USER app WITH PASSWORD \'%S%\'"',
  'restic --password-command "echo %S%"'.replace(
    'restic --password-command "echo %S%"',
    'gpg --batch --passphrase %S% -d x.gpg',
  ),
  'mosquitto_pub -u %user% -P %S% -t x',
  'ldapsearch -x -D cn=admin -w %S%',
  "echo '%user%:%S%' | chpasswd",
  'openssl enc -pass pass:%S%',
  'ipmitool -H %host% -U ADMIN -P %S% sdr',
];
const CONNECTIONS = [
  'Server=%host%;User Id=sa;Password=%S%;Encrypt=true',
  'host=%host% user=%user% password=%S% dbname=x',
  'DefaultEndpointsProtocol=https;AccountName=x;AccountKey=%S%;',
  'Endpoint=sb://x/;SharedAccessKeyName=Root;SharedAccessKey=%S%',
  'jdbc:postgresql://%host%/x?user=%user%&password=%S%',
];
const ANYWHERE = [
  'found %S% in the log',
  '%time% token %S% used',
  'key: %S%',
  '%S%',
  'export X=%S%',
  '{"x":"%S%"}',
  'error with "%S%", retrying',
  'x=%S%;',
  '(%S%)',
];
const SHADOW = ['%user%:%S%:19000:0:99999:7:::', '%user%:%S%', 'hashedPassword = "%S%";', 'hash %S%'];

const SYMBOLS = '!#%*+-.=^_~';

function password(r: Random): string {
  return r.pick([
    () => r.text(ALNUM, r.int(8, 24)),
    () => `${word(r)}${r.pick(['', '-', '_'])}${word(r)}${r.int(1, 9999)}`,
    () => r.text(ALNUM, r.int(6, 12)) + r.pick([...SYMBOLS]) + r.text(ALNUM, r.int(3, 8)),
    () => `${capital(word(r))}${r.int(10, 99)}!`,
    () => r.text(LOWER, r.int(8, 12)),
  ])();
}

function token(r: Random): string {
  return r.pick([
    () => r.text(ALNUM, r.int(20, 64)),
    () => r.text(HEX, r.pick([32, 40, 64])),
    () => uuid(r),
    () => r.text(`${ALNUM}-_`, r.int(24, 48)),
    () => `${r.text(`${ALNUM}+/`, 43)}=`,
  ])();
}

const plainSafe = (r: Random): string => r.pick([token, password])(r).replaceAll(/[%#=]/g, 'x');
const jsonSafe = (r: Random): string => r.pick([token, password, passphrase])(r);
const yamlSafe = (r: Random): string => r.pick([token, password])(r).replaceAll('#', 'x');
const urlSafe = (r: Random): string =>
  r
    .pick([token, password])(r)
    .replaceAll(/[^\w.~-]/g, '');
const shellSafe = (r: Random): string =>
  r
    .pick([token, password])(r)
    .replaceAll(/[^\w.]/g, '')
    .replace(/^-/, 'x');

function passphrase(r: Random): string {
  return Array.from({ length: r.int(3, 5) }, () => word(r)).join(' ');
}

function provider(r: Random): string {
  return r.pick([
    () => `sk-ant-api03-${r.text(ALNUM, 40)}`,
    () => `sk-proj-${r.text(`${ALNUM}_-`, 60)}7`,
    () => `ghp_${r.text(ALNUM, 36)}`,
    () => `github_pat_${r.text(ALNUM, 22)}_${r.text(ALNUM, 59)}`,
    () => `glpat-${r.text(ALNUM, 19)}4`,
    () => `AKIA${r.text(`${UPPER}234567`, 16)}`,
    () => `AIza${r.text(`${ALNUM}_-`, 35)}`,
    () => `xoxb-${r.text(DIGITS, 12)}-${r.text(DIGITS, 12)}-${r.text(ALNUM, 24)}`,
    () => `hvs.${r.text(ALNUM, 90)}`,
    () => `eyJ${r.text(ALNUM, 33)}.eyJ${r.text(ALNUM, 80)}.${r.text(`${ALNUM}_-`, 43)}`,
    () => `hf_${r.text(ALNUM, 34)}`,
    () => `npm_${r.text(ALNUM, 36)}`,
    () => `dckr_pat_${r.text(ALNUM, 27)}`,
    () => `tskey-auth-${r.text(ALNUM, 12)}CNTRL-${r.text(ALNUM, 32)}`,
    () => `SG.${r.text(ALNUM, 22)}.${r.text(ALNUM, 43)}`,
    () => `glsa_${r.text(ALNUM, 32)}_${r.text(HEX, 8)}`,
    () => `sk_live_${r.text(ALNUM, 24)}`,
    () => `${r.text('123456789', 10)}:AA${r.text(ALNUM, 33)}`,
    () => `AGE-SECRET-KEY-1${r.text('QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L', 58)}`,
    () => `dop_v1_${r.text(HEX, 64)}`,
    () => `nvapi-${r.text(ALNUM, 63)}1`,
  ])();
}

function hash(r: Random): string {
  const salt = r.text(`${ALNUM}./`, 16);
  return r.pick([
    () => `$6$${salt}$${r.text(`${ALNUM}./`, 86)}`,
    () => `$y$j9T$${salt}$${r.text(`${ALNUM}./`, 43)}`,
    () => `$2b$12$${r.text(`${ALNUM}./`, 53)}`,
    () => `$argon2id$v=19$m=65536,t=3,p=4$${r.text(ALNUM, 22)}$${r.text(ALNUM, 43)}`,
    () => `$apr1$${r.text(ALNUM, 8)}$${r.text(ALNUM, 22)}`,
  ])();
}

function pem(r: Random): { text: string; secret: string } {
  const kind = r.pick(['RSA PRIVATE', 'OPENSSH PRIVATE', 'PRIVATE', 'EC PRIVATE']);
  const lines = Array.from({ length: r.int(3, 20) }, () => r.text(`${ALNUM}+/`, 64));
  const [begin, end] = [`-----BEGIN ${kind} KEY-----`, `-----END ${kind} KEY-----`];
  const secret = lines[r.int(0, lines.length - 1)] ?? '';
  return {
    secret,
    text: r.pick([
      () => [begin, ...lines, end].join('\n'),
      () => `tls_key: |\n  ${[begin, ...lines, end].join('\n  ')}\nnext: 1`,
      () => `{"key":"${[begin, ...lines, end].join('\\n')}\\n"}`,
      () => `PRIVATE_KEY="${[begin, ...lines, end].join('\\n')}"`,
      () => [...lines, end].join('\n'),
    ])(),
  };
}

export function uuid(r: Random): string {
  return [8, 4, 4, 4, 12].map((length) => r.text(HEX, length)).join('-');
}

const WORDS = [
  'correct',
  'horse',
  'battery',
  'staple',
  'summer',
  'tiger',
  'winter',
  'copper',
  'river',
  'dragon',
  'monkey',
  'silver',
  'garden',
  'pepper',
  'rocket',
  'violet',
];

function word(r: Random): string {
  return r.pick(WORDS);
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
