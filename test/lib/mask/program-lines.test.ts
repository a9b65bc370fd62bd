import { describe, expect, it } from 'vitest';
import { createMasker } from '../../../src/lib/mask.ts';

const SECRET = 'Winter-garden-889';

/** As the manuals of the programs write it; the same secret in each. */
const LINES = [
  'nmcli con modify wlan wifi-sec.psk Winter-garden-889',
  '10.0.0.1 10.0.0.2 : PSK "Winter-garden-889"',
  'poll mail.lan proto imap user "me" password "Winter-garden-889"',
  '  credentialSecret: "Winter-garden-889",',
  '    user me insecure-password Winter-garden-889',
  'cache_peer p.lan parent 3128 0 login=me:Winter-garden-889',
  '/ppp secret add name=me password=Winter-garden-889 service=l2tp',
  '+login me Winter-garden-889 +app_update 1',
  'rcon.password=Winter-garden-889',
  'racadm -r 10.0.0.9 -u root -p Winter-garden-889 getsysinfo',
  'tool -u me -p\tWinter-garden-889',
  '{"args": ["tool", "-u", "me", "-p", "Winter-garden-889"]}',
  'type=EXECVE argc=5 a0="tool" a1="-u" a2="me" a3="-p" a4="Winter-garden-889"',
  ' x_password: Winter-garden-889',
  'ControlPassword=Winter-garden-889',
  '  bindCredentials: Winter-garden-889',
  '  adminPassword: Winter-garden-889',
  'DB_URI="host=db user=me password=Winter-garden-889 dbname=x sslmode=disable"',
  'jdbc:postgresql://db/x?user=me&password=Winter-garden-889',
  'ssh root@nas "echo Winter-garden-889 | cryptsetup open /dev/sdb x"',
  'wifi.ssid=home wifi.password=Winter-garden-889',
  'ldapsearch -x -D cn=admin -w Winter-garden-889 -b dc=lan',
  'snmpget -v3 -u me -l authPriv -a SHA -A Winter-garden-889 -x AES -X Rocket-velvet-310 nas sysName.0',
  'snmpwalk -v2c -c Winter-garden-889 10.0.0.2',
  'wpa_cli set_network 0 psk \'"Winter-garden-889"\'',
  'kinit me <<< Winter-garden-889',
  'ansible-playbook x.yml -e ansible_become_pass=Winter-garden-889',
  'xfreerdp /v:pc /u:me /p:Winter-garden-889',
  'vncviewer -passwd Winter-garden-889 pc',
  'gpg --batch --passphrase Winter-garden-889 -d x.gpg',
  'openssl enc -aes-256-cbc -k Winter-garden-889 -in x',
  '7z x -pWinter-garden-889 a.7z',
  'mc alias set nas http://nas:9000 admin Winter-garden-889',
  'rclone config create r webdav url https://x user me pass Winter-garden-889',
  'vault kv put secret/db password=Winter-garden-889',
  'consul kv put db/password Winter-garden-889',
  'kubectl create secret generic db --from-literal=password=Winter-garden-889',
  'helm install x y --set auth.rootPassword=Winter-garden-889',
  'nomad var put nomad/jobs/x db_password=Winter-garden-889',
  'echo -n Winter-garden-889 | docker secret create db_password -',
  'pveum passwd me@pve --password Winter-garden-889',
  'htpasswd -bc /etc/x me Winter-garden-889',
  'psql "postgresql://me:Winter-garden-889@db/x"',
  "ALTER USER me WITH PASSWORD 'Winter-garden-889';",
  "CREATE USER me IDENTIFIED BY 'Winter-garden-889';",
  "SET PASSWORD FOR me = PASSWORD('Winter-garden-889');",
  'CONFIG SET requirepass Winter-garden-889',
  'a1 LOGIN me Winter-garden-889',
  '"AUTH" "Winter-garden-889"',
  'chpasswd <<< me:Winter-garden-889',
  'chpasswd: { list: "me:Winter-garden-889" }',
  'rootpw --plaintext Winter-garden-889',
  'd-i passwd/root-password password Winter-garden-889',
  'echo Winter-garden-889 | docker login -u me --password-stdin r.lan',
  "echo 'Winter-garden-889' | zfs load-key tank/x",
  "curl --user 'me:Winter-garden-889 and more' https://x",
  'variable "db_password" { default = "Winter-garden-889" }',
  'MONITOR ups@localhost 1 me Winter-garden-889 primary',
  "option key 'Winter-garden-889'",
  "uci set wireless.default_radio0.key='Winter-garden-889'",
  'lftp -u me,Winter-garden-889 sftp://x',
  'sqlplus me/Winter-garden-889@//db:1521/x',
  'net ads join -U admin%Winter-garden-889',
  "ssh-keygen -t ed25519 -N 'Winter-garden-889' -f x",
  '[smtp.lan]:587 me@lan:Winter-garden-889',
  'snmp-server user me grp v3 auth sha Winter-garden-889 priv aes 128 Rocket-velvet-310',
  'etcdctl --user root:Winter-garden-889 get x',
  'A temporary password is generated for root@localhost: Winter-garden-889',
  'Enter LUKS passphrase for /dev/sda2: Winter-garden-889',
  'zfs load-key: passphrase=Winter-garden-889',
  'argocd-initial-admin-secret password: Winter-garden-889',
  'Das Passwort lautet Winter-garden-889 bis Freitag',
  'Zugangsdaten: me / Winter-garden-889',
  'host_vars/nas.yaml:12: db_password: Winter-garden-889',
  'vars: { ansible_password: "%Winter-garden-889" }',
  "INSERT INTO users (name, password, mail) VALUES ('a', 'x''y', 'z'), (lower('b'), 'Winter-garden-889', 'c');",
  '["redis-cli","-a","Winter-garden-889","ping"]',
  '["curl","-u","me:Winter-garden-889"]',
  "['curl', '-sSu', 'me:Winter-garden-889', 'nas.lan']",
  '  command: ["wget", "--user=me", "--http-password", "Winter-garden-889"]',
  'type=EXECVE msg=audit(1.2:3): argc=3 a0="mysql" a1="-uroot" a2="-pWinter-garden-889"',
  'ncftpput -u backup -p Winter-garden-889 ftp.lan /in x.tar',
  'user app on >Winter-garden-889 ~app:* +@read',
  'me : EAP "Winter-garden-889"',
  '"me" * "Winter-garden-889" *',
  'zfs load-key tank/enc <<< Winter-garden-889',
  'spawn ssh nas; expect "assword:" { send "Winter-garden-889\\r" }',
  'log in with admin/Winter-garden-889 and change it',
  'mot de passe : Winter-garden-889',
  'contraseña: Winter-garden-889',
  "db_password | default('Winter-garden-889') }}",
  '<secret type="string">Winter-garden-889</secret>',
  'ENV DB_PASSWORD Winter-garden-889',
  'me:{PLAIN}Winter-garden-889:1000:1000::/home/me',
  '[mail.lan]:587 me:Winter-garden-889',
  'Use the following password to go on:\n\n  Winter-garden-889\n\nIt is kept in /srv',
  '  chpasswd:\n    list: |\n      root:Winter-garden-889\n',
  'variable "db_password" {\n  type    = string\n  default = "Winter-garden-889"\n}',
  'smtp.login("me@lan", "Winter-garden-889")',
  'requests.post(url, auth=("me", "Winter-garden-889"))',
  'echo "Winter-garden-889" | passwd --stdin me',
  "echo -n 'Winter-garden-889' > /etc/restic/password",
  'cryptsetup luksAddKey /dev/sda2 <(echo -n Winter-garden-889)',
  'ConvertTo-SecureString "Winter-garden-889" -AsPlainText -Force',
  'tacacs-server key Winter-garden-889',
  '%any %any : PSK Winter-garden-889',
  'sentinel auth-pass mymaster Winter-garden-889',
  'HELLO 3 AUTH default Winter-garden-889',
  'tcp://redis:6379?auth=Winter-garden-889',
  "INSERT INTO settings (k, v) VALUES ('smtp_password', 'Winter-garden-889');",
  'creds for the NAS: me:Winter-garden-889',
  'Guest WLAN key: Winter-garden-889',
  'passphrase for the backups = Winter-garden-889',
  'le mot de passe admin est Winter-garden-889',
  '<auth-user-pass>\nme\nWinter-garden-889\n</auth-user-pass>',
];

describe('the place in which a program takes a secret', () => {
  const { mask } = createMasker([], 'salt');

  it.each(LINES)('is known: %s', (line) => {
    expect(mask(line)).not.toContain(SECRET);
  });
});

describe('what lets in whoever has it', () => {
  const { mask } = createMasker([], 'salt');
  const HEX = '0c6d292d41db126b51fe4ceeaa7da4f0';

  it.each([
    `-----BEGIN OpenVPN Static key V1-----\n${HEX}\n-----END OpenVPN Static key V1-----`,
    `Setup token:\n\n    ${HEX}\n`,
    `https://cal.lan/ical/${HEX}.ics`,
    `https://tracker.lan/${HEX}/announce`,
    `https://hook.eu1.make.com/${HEX}x`,
    `slack://TY41ZNSM7W/B1BCF9AYRH/${HEX}/#ops`,
    `Authorization: Digest username="cam", nonce="x", uri="/", response="${HEX}"`,
    `[LinkKey]\nKey=${HEX}\nType=4`,
    `tuya local_key: ${HEX}`,
    `X-ZT1-Auth: ${HEX}`,
    `EAPOL psk ${HEX}${HEX}`,
    `Cookie: theme=dark; id=${HEX}`,
  ])('is masked: %s', (text) => {
    expect(mask(text)).not.toContain(HEX.slice(0, 10));
  });
});

describe('a pass phrase without quotes', () => {
  const { mask } = createMasker([], 'salt');

  it.each(['MAIL_PASSWORD=pojd 3jh8 zxfq 4v7s', 'SESSION_SECRET=keyboard cat 4453'])(
    'is masked to its end in an env file: %s',
    (line) => {
      expect(mask(line)).toMatch(/^\w+=\[masked:\w+:[\da-f]{4}\]$/);
    },
  );

  it('ends before the command that is given it', () => {
    expect(mask('PGPASSWORD=Winter-889x psql -h db')).toMatch(
      /^PGPASSWORD=\[masked:password:\w{4}\] psql -h db$/,
    );
  });
});

describe('what only reads like it', () => {
  const { mask } = createMasker([], 'salt');

  it.each([
    '250-AUTH PLAIN LOGIN CRAM-MD5',
    'Login: alex / /bin/bash',
    'Das Passwort lautet anders als erwartet',
    'Zugangsdaten: alex / unbekannt',
    'password authentication for user: admin01',
    'arn:aws:secretsmanager:eu-central-1:964661009710:secret:db-jP2wO6',
    'apikey: xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx',
    'docker run --user 1000:1000 nginx',
    'cache_key=web-index-9f3Kq2LmZx81TTbbQw',
    'pam_unix(passwd:chauthtok): password changed for me',
    'secret synced: secret=external/db-creds version=3',
    'passwd:         files systemd',
    'WARNING! Using --password via the CLI is insecure.',
    'vault write auth/approle/login secret_id=@secret-id',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    '"nextPageToken": "CAUQ5fK2",',
    'PASS test/lib/mask.test.ts',
    'docker run -u 1000 -p 8080:80 nginx',
    'GPIO pin 1234 is high',
    'The following password policy holds:\n\n  minimum-length-12\n',
    'Set-Cookie: theme=dark; Path=/',
    'DB_PASSWORD=`pass show db`',
    '--api-key-env OPENAI_API_KEY',
    'PASS: 12 tests',
    'password: required|string|min:12',
    'let secret = secrets.get("db")?;',
    'error: secret "db-creds-x7f2k-9x4" not found',
    'echo line-12-of-B3 (done)',
    'POST /hooks/pre-receive 200',
    'GET https://hooks.lan/docs/getting-started',
    "option key '1'",
    'dovecot: session=<9f3Kq2LmZx81TTbb>',
    'Approve or deny: https://home.example.org/approvals/a-7f3k9qab?k=-dggAxWHFiw3mzMTqa9-pw until 12:00',
  ])('stays as it is: %s', (line) => {
    expect(mask(line)).toBe(line);
  });
});
