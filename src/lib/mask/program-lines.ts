import { findInserted, INSERTED } from './inserted-values.ts';
import { isReal, type LineRule } from './line-rule.ts';
import { isChosen, isProse, isPublicForm, isRandom } from './values.ts';

/** What programs of a homelab take for a secret where no name stands beside it: settings files and command lines, each as its manual writes them. */
export const PROGRAM_RULES: readonly LineRule[] = [
  // Redis: acl(5) of its users file, AUTH as MONITOR shows it.
  {
    kind: 'password',
    hint: ['user default', 'setuser ', 'allkeys', ' on >'],
    pattern: /\b(?:user|setuser)[ \t]{1,4}\S{1,64}[ \t](?:[^\s>]{1,64}[ \t]{1,4}){0,8}>(\S{3,256})/gi,
    accepts: isReal,
  },
  {
    kind: 'password',
    hint: ['auth'],
    pattern: /"auth"(?: "[^"\n]{1,64}")? "([^"\n]{3,256})"/gi,
    accepts: isReal,
  },
  // PagerDuty's Events API.
  {
    kind: 'api-key',
    hint: ['routing_key', 'service_key'],
    pattern: /\b(?:routing|service)_key\\?["']?[ \t]{0,4}[:=][ \t]{0,4}\\?["']?([\da-f]{32})(?![\da-f])/gi,
  },
  // AppRole's secret id, said or tabled.
  {
    kind: 'secret',
    hint: ['secretid', 'secret_id', 'secret-id', 'secret id'],
    pattern: /\bsecret[_ -]?id["']?[ \t:=]{1,8}["']?([\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12})/gi,
  },
  // Postfix, Exim, Squid: user and password in one word.
  {
    kind: 'password',
    hint: ['password_maps'],
    pattern: /password_maps[ \t]{0,4}=[ \t]{0,4}static:[^\s:]{1,128}:(\S{1,256})/g,
    accepts: isReal,
  },
  {
    kind: 'password',
    hint: ['login='],
    pattern: /\blogin=[^\s:&"']{1,64}:([^\s&"']{3,256})/g,
    accepts: isReal,
  },
  // strongSwan and libreswan.
  {
    kind: 'pre-shared-key',
    hint: ['psk', 'eap "', 'xauth'],
    pattern:
      /(?:^|[ \t]|:)(?:PSK|EAP|XAUTH)[ \t]{1,8}["']?((?<=["'])[^"'\n]{3,256}(?=["'])|(?<=: (?:PSK|EAP|XAUTH)[ \t]{1,8})[^\s"']{6,128}(?=[ \t]{0,4}$))/g,
    accepts: isReal,
  },
  {
    kind: 'password',
    hint: ['insecure-password '],
    pattern: /\binsecure-password[ \t]{1,4}(\S{3,256})/g,
    accepts: isReal,
  },
  {
    kind: 'password',
    hint: ['user'],
    isSeen: true,
    pattern:
      /\buser(?:name)?[ \t]{1,4}["']?[^\s"']{1,64}["']?[ \t](?:there |with |has ){0,2}pass(?:word)?[ \t]{1,4}["']([^"'\n]{3,256})["']/gi,
    accepts: isReal,
  },
  {
    kind: 'ceph-key',
    hint: ['key'],
    pattern: /\bkey\\?["']?[ \t]{0,4}[:=][ \t]{0,4}\\?["']?(AQ[A-Za-z0-9+/]{36}==)/g,
  },
  {
    kind: 'secret',
    hint: ['network_key', 'networkkey'],
    pattern:
      /\bnetwork_?key\\?["']?[ \t]{0,4}[:=][ \t]{0,4}\[?[ \t"']{0,4}((?:0x)?[\da-f]{1,3}(?:,[ \t]{0,2}(?:0x)?[\da-f]{1,3}){7,31})/gi,
  },
  {
    kind: 'cookie',
    hint: ['cookie'],
    pattern:
      /(?:erlang[_.]?cookie["']?[ \t]{0,4}[:=][ \t]{0,4}["']?|erlang cookie[ \t]{1,4}(?=[A-Z\d]{20}\b)|-setcookie[ \t]{1,4})([\w-]{8,255})/gi,
    accepts: isReal,
  },
  {
    kind: 'proxmox-ticket',
    hint: ['pve:', 'pmg:', 'pbs:'],
    pattern: /\bP(?:VE|MG|BS):[\w.@!-]{3,64}:[\dA-F]{8}::([A-Za-z0-9+/=]{20,2048})/g,
  },
  {
    kind: 'nkey-seed',
    hint: ['nkey', 'creds', 'seed'],
    pattern: /(?<![A-Za-z0-9])(S[UAOCNX][A-Z2-7]{56})(?![A-Za-z0-9])/g,
  },
  {
    kind: 'password-hash',
    hint: ['pbkdf2', 'bytearray', 'auth'],
    pattern:
      /(-(?:pbkdf2|hashed)-[\da-f]{32,128}(?:,[\da-f]{1,128}){1,2}|\$\$2[aby]\$\$\d\d\$\$[./A-Za-z0-9]{53}|(?<=ByteArray\()[A-Za-z0-9+/=]{16,64}:[A-Za-z0-9+/=]{32,256})/g,
  },
  { kind: 'api-key', hint: ['pk1_', 'sk1_'], pattern: /(?<![A-Za-z0-9])([ps]k1_[\da-f]{64})(?![\da-f])/g },
  // 32 bytes in base64 that are called nothing but a key.
  {
    kind: 'api-key',
    hint: ['key'],
    pattern:
      /(?<![\w.-])key\\?["']?[ \t]{0,8}[:=][ \t]{0,8}\\?["']?(?!AAAA|MI[GIHB])([A-Za-z0-9+/]{43}=|[A-Za-z0-9+/]{64,128}={0,2})(?![\w+/=])/gi,
    accepts: (value) => isRandom(value, 40) && /[A-Z]/.test(value) && /[a-z]/.test(value),
    unless: /public|peer|sha256|fingerprint|hash/i,
  },
  {
    kind: 'password',
    hint: ['auth'],
    pattern: /\b[A-Za-z0-9_]{1,48}_AUTH["']?[ \t]{0,4}[:=][ \t]{0,4}["']?[\w.-]{1,48}\/([^\s"'/]{4,256})/g,
    accepts: isReal,
  },
  {
    kind: 'password',
    hint: ['echo', 'printf'],
    isSeen: true,
    pattern:
      /\bpass(?:word|phrase)?[-_]?c(?:om)?m(?:an)?d["']?[ \t:=]{1,4}["']{0,2}(?:echo|printf)[ \t]{1,4}(?:-n[ \t]|%s[ \t])?["'\\]{0,2}([^\s"'\\]{3,256})/gi,
    accepts: isReal,
  },
  // Command lines.
  {
    kind: 'password',
    hint: ['login '],
    pattern: /\+login[ \t]{1,4}\S{1,64}[ \t]{1,4}([^\s+]\S{2,256})/g,
    accepts: isReal,
  },
  {
    kind: 'password',
    hint: ['racadm', 'rdesktop', 'smbpasswd'],
    pattern: /\b(?:racadm|rdesktop)\b[^\n|;]{0,300}?[ \t]-p[ \t]{1,4}["']?([^\s"'-][^\s"']{2,256})/g,
    accepts: isReal,
  },
  {
    kind: 'password',
    hint: ['freerdp'],
    pattern: /\b[xws]l?freerdp3?\b[^\n|;]{0,300}?[ \t]\/p:["']?([^\s"']{3,256})/g,
    accepts: isReal,
  },
  {
    kind: 'password',
    hint: ['echo ', 'printf '],
    pattern:
      /(?:\b(?:echo|printf)[ \t]{1,4}(?:-[neE]{1,3}[ \t]{1,4})?["']?([^\s"'|]{3,128})["']?[ \t]{0,4}\|[ \t]{0,4}(?:sudo[ \t]{1,4})?(?:cryptsetup|(?:docker|podman)[ \t]{1,4}secret|kinit|smbpasswd|vncpasswd|gpg|borg|restic|kopia)\b)/g,
    accepts: isReal,
  },
  {
    kind: 'password',
    hint: [
      'password-stdin',
      'password_stdin',
      'passwd-stdin',
      'pass-stdin',
      'key-file',
      'load-key',
      'systemd-creds',
    ],
    pattern:
      /\b(?:echo|printf)[ \t]{1,4}(?:-[neE]{1,3}[ \t]{1,4}|["']?%s(?:\\n)?["']?[ \t]{1,4})?["']?([^\s"'|]{3,128})["']?[ \t]{0,4}\|[^\n|]{0,200}?(?:pass(?:wor)?d?[-_]stdin|key-file[ =]-|load-key|systemd-creds)/g,
    accepts: isReal,
  },
  {
    kind: 'password',
    hint: ['chpasswd'],
    pattern: /\bchpasswd\b[^\n|;]{0,64}?<<<[ \t]{0,4}["']?[\w.-]{1,64}:([^\s"']{3,128})/g,
    accepts: isReal,
  },
  // Redis, as somebody types it.
  {
    kind: 'password',
    hint: ['auth '],
    pattern:
      /(?:^|[>\]] ?|\bHELLO \d )AUTH[ \t]{1,2}(?:[\w.-]{1,64}[ \t]{1,2})?["']?([^\s"']{8,256})["']?[ \t]{0,4}$/g,
    accepts: isChosen,
  },
  {
    kind: 'password',
    hint: ['curl ', 'wget '],
    pattern:
      /\b(?:curl|https?|xh|wget)\b[^\n|;]{0,400}?[ \t](?:-u|--user|--proxy-user)(?:[ \t]{1,4}|=)["'][^\s:"']{1,64}:([^"'\n]{3,256})["']/g,
    accepts: isReal,
  },
  {
    kind: 'password',
    hint: ['<<<'],
    pattern:
      /\b(?:kinit|cryptsetup|sudo|su|passwd|smbpasswd|vncpasswd|gpg|load-key|login|luks\w{1,16}|unlock|mount|borg|restic|kopia|secret)\b[^\n|;]{0,200}?<<<[ \t]{0,4}["']?([^\s"']{3,128})/g,
    accepts: isReal,
  },
  {
    kind: 'password',
    hint: ['snmp'],
    pattern:
      /\bsnmp(?:get(?:next)?|walk|bulkwalk|bulkget|set|status|table|df|trap|inform)\b[^\n|;]{0,300}?[ \t]-A[ \t]{1,4}["']?([^\s"'-][^\s"']{2,128})/g,
    accepts: isReal,
  },
  {
    kind: 'password',
    hint: ['snmp'],
    pattern:
      /\bsnmp(?:get(?:next)?|walk|bulkwalk|bulkget|set|status|table|df|trap|inform)\b[^\n|;]{0,300}?[ \t]-X[ \t]{1,4}["']?([^\s"'-][^\s"']{2,128})/g,
    accepts: isReal,
  },
  {
    kind: 'password',
    hint: ['snmp'],
    pattern:
      /\bsnmp(?:get(?:next)?|walk|bulkwalk|bulkget|set|status|table|df|trap|inform)\b[^\n|;]{0,300}?[ \t]-c[ \t]{1,4}["']?([^\s"'-][^\s"']{2,128})/g,
    accepts: (value) => isReal(value) && !/^(?:public|private)$/i.test(value),
  },
  {
    kind: 'pre-shared-key',
    hint: ['wpa_cli', 'set_network', 'nmcli'],
    pattern:
      /(?:\bset_network[ \t]{1,4}\d{1,4}[ \t]{1,4}(?:psk|password|sae_password|wep_key\d)|\bnmcli\b[^\n|;]{0,300}?[ \t.](?:psk|wep-key\d|leap-password|pin|password))[ \t]{1,4}["'\\]{0,3}([^\s"'\\]{4,128})/g,
    accepts: isReal,
  },
  {
    kind: 'password',
    hint: ['openssl'],
    pattern:
      /\bopenssl[ \t]{1,4}(?:enc|aes|des|pkcs12)\S{0,32}[^\n|;]{0,300}?[ \t]-(?:k|K)[ \t]{1,4}["']?([^\s"'-][^\s"']{2,256})/g,
    accepts: isReal,
  },
  {
    kind: 'secret',
    hint: ['alias set ', 'config host add '],
    pattern:
      /\b(?:alias set|config host add)[ \t]{1,4}\S{1,64}[ \t]{1,4}https?:\/\/\S{1,256}[ \t]{1,4}\S{1,128}[ \t]{1,4}["']?([^\s"'-][^\s"']{2,256})/g,
    accepts: isReal,
  },
  {
    kind: 'password',
    hint: ['rclone', 'obscure '],
    pattern:
      /\brclone\b[^\n|;]{0,300}?[ \t](?:(?:pass|password2?|token|secret_access_key|client_secret|key|bearer_token)[ \t=]|obscure[ \t])[ \t]{0,4}["']?([^\s"'=-][^\s"']{3,512})/g,
    accepts: isReal,
  },
  {
    kind: 'secret',
    hint: ['kv put ', 'etcdctl put ', 'var put '],
    pattern:
      /\b(?:kv|etcdctl) put[ \t]{1,4}(?:-\S{1,64}[ \t]{1,4}){0,4}[\w./-]{0,128}(?:pass|secret|token|psk|api_?key)\w{0,16}[ \t]{1,4}["']?([^\s"'=-][^\s"']{2,512})/gi,
    accepts: isReal,
  },
  {
    kind: 'password',
    hint: ['set password'],
    pattern:
      /\bset[ \t]{1,4}password[ \t]{1,4}for[ \t]{1,4}\S{1,128}[ \t]{0,4}=[ \t]{0,4}(?:password\([ \t]{0,4})?['"]([^'"\n]{1,256})['"]/gi,
    accepts: isReal,
  },
  {
    kind: 'password',
    hint: ['login '],
    pattern:
      /^(?:[<>C:S \t]{0,4})[A-Za-z]{0,4}\d{1,6}[ \t]{1,2}LOGIN[ \t]{1,2}"?[^\s"]{1,128}"?[ \t]{1,2}"?([^\s"]{3,256})"?[ \t]{0,4}$/g,
    accepts: isReal,
  },
  {
    kind: 'basic-auth',
    hint: ['auth '],
    pattern: /\bAUTH[ \t]{1,2}(?:PLAIN|LOGIN)[ \t]{1,2}([A-Za-z0-9+/]{8,1024}={0,2})/g,
    accepts: (value) => isRandom(value, 8) || Buffer.from(value, 'base64').includes(0),
  },
  {
    kind: 'password',
    hint: ['insert into', 'replace into', 'ignore into'],
    isSeen: true,
    pattern: INSERTED,
    spansOf: findInserted,
  },
  // An account and its password as options: `-u me -p x`, whatever the program.
  {
    kind: 'password',
    // As in the pattern: many an observing command has a `-p`, or a `-P`, and nothing like a password behind it.
    // In a list of arguments the joint stands between them.
    hint: /-p(?:[ \t]{1,4}|["'](?:,[ \t]{0,4}| a\d{1,3}=)["'])["']?[^\s"'-][^\s"']{4}/i,
    pattern:
      /[ \t](?:-[ul]|--?user(?:name)?|--login)[ \t=]{1,4}["']?[^\s"']{1,64}["']?[ \t](?:[^\n|;]{0,100}?[ \t])?-p[ \t]{1,4}["']?([^\s"'-][^\s"']{4,256})/gi,
    accepts: (value) => isChosen(value) && !isPublicForm(value) && !/[/=]|:\d/.test(value),
  },
  {
    kind: 'password',
    hint: ['pihole '],
    pattern: /\bpihole[ \t]{1,4}(?:-a[ \t]{1,4}-p|setpassword)[ \t]{1,4}["']?([^\s"'-][^\s"']{2,256})/g,
    accepts: isReal,
  },
  {
    kind: 'token',
    hint: ['influx '],
    pattern: /\binflux\b[^\n|;]{0,300}?[ \t]-t[ \t]{1,4}["']?([\w+/=-]{24,256})/g,
    accepts: isReal,
  },
  // expect(1).
  {
    kind: 'password',
    hint: ['assword:', 'passphrase'],
    pattern:
      /ass(?:word|phrase)[^\n]{0,60}?\bsend(?:line)?\(?[ \t]{0,4}(?:--[ \t]{1,4})?["']([^"'\n\\$]{3,128})(?:\\{1,2}[rn])*["']/gi,
    accepts: isReal,
  },
  // pppd's secrets: client, server, secret, addresses.
  {
    kind: 'password',
    hint: ['" * "', 'l2tpd '],
    pattern:
      /^[ \t]{0,8}"?[\w.@\\-]{1,64}"?[ \t]{1,8}(?:\*|"?[\w.-]{1,64}"?)[ \t]{1,8}"?([^\s"]{4,128})"?[ \t]{1,8}(?:\*|\d{1,3}(?:\.\d{1,3}){3}\S{0,4})[ \t]{0,4}$/g,
    accepts: (value) => isReal(value) && (isChosen(value) || /\d/.test(value)),
  },
  // FTP and POP3, as a trace of them shows.
  {
    kind: 'password',
    hint: ['pass '],
    pattern: /^(?:[<>CS:-]{1,3}[ \t]{1,4}|\S{0,40}[>:][ \t]{0,4})?PASS[ \t]([^\s/()]{5,128})[ \t\r]{0,4}$/g,
    accepts: (value) => isReal(value) && /\d/.test(value) && /[A-Za-z]/.test(value),
  },
  // Ansible's and Jinja's: what holds if nobody says otherwise.
  {
    kind: 'password',
    hint: ['default('],
    isSeen: true,
    pattern:
      /(?:pass(?:word|wd|phrase)?|pw|secret|token|api_?key)[ \t]{0,4}\|[ \t]{0,4}default\([ \t]{0,4}\\?["']([^"'\n\\]{3,256})\\?["']/gi,
    accepts: (value) => isReal(value) && !isProse(value),
  },
  // A Dockerfile's older form.
  {
    kind: 'password',
    hint: ['env '],
    isSeen: true,
    pattern:
      /^[ \t]{0,8}(?:#\d+ \[[^\]\n]{1,40}\] |Step \d+\/\d+ : )?ENV[ \t]{1,4}\w{0,64}(?:PASS|PASSWORD|PASSWD|SECRET|TOKEN|KEY)[ \t]{1,4}["']?([^\s"'=]{3,256})["']?[ \t]{0,4}$/g,
    accepts: isReal,
  },
];
