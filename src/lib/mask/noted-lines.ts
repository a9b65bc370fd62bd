import { isReal, type LineRule } from './line-rule.ts';
import { isChosen, isPublicForm, isRandom } from './values.ts';

/** Secrets in sentences and notes, in both languages, and in files of programs that are rarely met. */
export const NOTED_RULES: readonly LineRule[] = [
  // An account and its password on one line, as people note them.
  {
    kind: 'password',
    hint: ['zugangsdaten', 'anmeldedaten', 'credentials', 'creds', 'login:'],
    pattern:
      /\b(?:zugangsdaten|anmeldedaten|credentials|creds|login)\b(?:[^\n:=]{0,32}[:=]|[ \t])[ \t]{0,4}["']?[\w.@-]{1,64}[ \t]{0,2}[/|:][ \t]{0,2}["']?([^\s"'/]{5,128})/gi,
    accepts: isChosen,
  },
  // `A temporary password is generated for root@localhost: x`: the sentence is about the password, and ends with it.
  {
    kind: 'password',
    hint: ['passwor', 'passphrase', 'passcode', 'kennwort'],
    pattern:
      /\b(?:\w{0,24}password|passphrase|passcode|\w{0,24}passwort|kennwort)\b[^\n:="'{}]{1,80}(?::| =)[ \t]{1,4}["'`]?([^\s"'`]{6,128})["'`.]?[ \t]{0,4}$/gi,
    accepts: (value) => isChosen(value) && !isPublicForm(value),
  },
  // The same in German.
  {
    kind: 'password',
    hint: ['passwort', 'kennwort'],
    pattern:
      /\b\w{0,24}(?:passwort|kennwort)\b(?: für [^\n"':=]{1,48})?(?: ist| lautet| heißt| wurde auf)(?: jetzt| nun)?:? ["'„“»`]?([^\s"'“”«`]{5,128})/gi,
    accepts: isChosen,
  },
  {
    kind: 'recovery-code',
    hint: ['recovery code', 'recovery_code', 'recovery-code', 'backup code', 'backup_code', 'backup-code'],
    pattern:
      /\b(?:recovery|backup)[ _-]?codes?\\?["']?[ \t]{0,4}[:= ][ \t]{0,4}\[?[ \t]{0,4}\\?["']?((?=[\w-]{0,32}\d)[\w-]{8,64}(?:["']?,[ \t]{0,2}["']?[\w-]{8,64}){0,20})/gi,
  },
  // Keys of radio networks as German routers print them.
  {
    kind: 'pre-shared-key',
    hint: ['schl', 'zugangscode', 'freischaltcode'],
    pattern:
      /\b(?:(?:WLAN|WPA\d?|Netzwerk|Lizenz|Wiederherstellungs|Produkt|API|Geheim|Zugangs)[ -]?schlüssel|zugangscode|freischaltcode)(?:[^\n:="']{0,24}[:=][ \t]{0,8}|[ \t](?:ist|lautet):?[ \t])["']?([^\s"']{8,128})/gi,
    accepts: (value) => isChosen(value) || /^(?:\d{12,}|[\da-f]{32,})$/.test(value),
  },
  // A session's cookie where no header says so.
  {
    kind: 'cookie',
    hint: ['sessid', 'sessionid', 'session_id', '_session=', 'logged_in_', 'sid='],
    pattern:
      /(?<![A-Za-z0-9])(?:\w{0,24}sess(?:ion)?_?id|wordpress_\w{0,16}logged_in_\w{1,64}|\w{0,24}_session|(?:connect\.)?(?:auth|_)?sid)=["']?([\w%.+/-]{16,1024}={0,2})/gi,
    accepts: (value) =>
      (isRandom(value, 16) && !/^[\da-f]{8}-[\da-f-]{27}$/.test(value)) || /^[\da-f]{32,}$/i.test(value),
  },
  // OpenWrt, NUT, libvirt, Proxmox Backup, kickstart, preseed, cloud-init, Colmena.
  {
    kind: 'pre-shared-key',
    hint: ['option key', 'option sae', 'option p', 'uci set'],
    pattern:
      /(?:\boption[ \t]{1,4}(?:key\d?|sae_password|password|psk|private_key|preshared_key)[ \t]{1,4}|\buci set [\w.@[\]-]{1,64}\.(?:key\d?|password|psk|private_key)=)["']([^"'\n]{3,128})/g,
    accepts: (value) => isReal(value) && !/^[1-4]$/.test(value),
  },
  {
    kind: 'password',
    hint: ['monitor '],
    pattern:
      /\bMONITOR[ \t]{1,4}\S{1,64}@\S{1,128}[ \t]{1,4}\d{1,3}[ \t]{1,4}\S{1,64}[ \t]{1,4}["']?([^\s"']{3,128})["']?[ \t]{1,4}(?:master|slave|primary|secondary)\b/g,
    accepts: isReal,
  },
  {
    kind: 'secret',
    hint: ['secret-set-value'],
    pattern:
      /\bsecret-set-value\b[^\n|;]{0,200}?[ \t](?:--base64[ =])?([A-Za-z0-9+/]{16,512}={0,2})(?=\s|$)/g,
    accepts: (value) => isRandom(value, 16),
  },
  {
    kind: 'proxmox-token',
    hint: ['@pam', '@pve', '@pbs'],
    pattern: /@(?:pam|pve|pbs)![\w.-]{1,64}[:=]([\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12})/g,
  },
  {
    kind: 'password',
    hint: ['etcdctl', 'creds'],
    pattern: /--(?:user|(?:src-|dest-)?creds)[ \t=]{1,4}["']?[\w.@-]{1,64}:([^\s"']{4,256})/g,
    accepts: isChosen,
  },
  {
    kind: 'password',
    hint: ['ssh-keygen'],
    pattern: /\bssh-keygen\b[^\n|;]{0,300}?[ \t]-[NP][ \t]{1,4}["']?([^\s"'-][^\s"']{2,256})/g,
    accepts: isReal,
  },
  // Postfix's sasl_passwd.
  {
    kind: 'password',
    hint: ['smtp', ']:25', ']:465', ']:587', 'sasl_passw'],
    pattern:
      /(?:^|[ \t])(?:[\w.-]{1,255}(?::\d{2,5})?[ \t]{1,8}[\w.+-]{1,64}@[\w.-]{1,255}|\[[\w.-]{1,255}\](?::\d{2,5})?[ \t]{1,8}[\w.+-]{1,64}(?:@[\w.-]{1,255})?):(\S{4,256})[ \t]{0,4}$/g,
    accepts: isReal,
  },
  {
    kind: 'password',
    hint: ['auth md5 ', 'auth sha '],
    pattern: /\bauth (?:md5|sha(?:-?\d{3})?) (\S{6,128})/g,
    accepts: isReal,
  },
  {
    kind: 'password',
    hint: ['priv aes', 'priv des', 'priv 3des'],
    pattern: /\bpriv (?:aes|des|3des)(?: \d{3})? (\S{6,128})/g,
    accepts: isReal,
  },
  {
    kind: 'password',
    hint: ['rootpw ', 'chpasswd', 'd-i passwd', 'deployment.keys'],
    pattern:
      /(?:\brootpw[ \t]{1,4}(?:--\w{1,16}[ \t]{1,4}){1,3}|\bchpasswd["']?:[^\n]{0,80}?["'|][ \t]{0,4}[\w.-]{1,64}:|\bd-i passwd\/\S{0,64}password\S{0,16}[ \t]{1,4}password[ \t]{1,4}|\bdeployment\.keys\.[\w."-]{1,64}\.text[ \t]{0,8}=[ \t]{0,8}["'])["']?([^\s"']{3,256})/g,
    accepts: isReal,
  },
  {
    kind: 'password',
    hint: ['sqlplus', 'expdp', 'impdp', 'lftp '],
    pattern:
      /\b(?:(?:sqlplus|expdp|impdp)[ \t][^\n|;]{0,200}?(?<=[ \t])[\w.]{1,64}\/|lftp\b[^\n|;]{0,200}?[ \t]-u[ \t]{1,4}["']?[\w.@-]{1,64},)["']?([^\s"'@/]{3,128})/g,
    accepts: isReal,
  },
  // `variable "db_password" { default = "x" }`
  {
    kind: 'secret',
    hint: ['variable '],
    pattern:
      /\bvariable "[\w-]{0,64}(?:pass(?:word|phrase)?|secret|token|api_?key)" ?\{[^{}\n]{0,200}?\bdefault[ \t]{0,8}=[ \t]{0,8}"([^"\n]{3,512})"/gi,
    accepts: isReal,
  },
  // An account and its password in one breath: `log in with admin/x`.
  {
    kind: 'password',
    hint: ['log in with', 'login with', 'logged in with', 'sign in with'],
    pattern:
      /\b(?:log(?:ged)?[ -]?in|sign(?:ed)?[ -]?in)[ \t](?:with|as|using)[ \t]["'`]?[\w.@-]{1,64}["'`]?[ \t]{0,2}[/|:][ \t]{0,2}["'`]?([^\s"'`/]{5,128})/gi,
    accepts: isChosen,
  },
  // The word for a password in other languages.
  {
    kind: 'password',
    hint: ['password è', 'mot de passe', 'contrase', 'wachtwoord', 'пароль'],
    pattern:
      /(?:password(?= è)|mot de passe|contraseña|wachtwoord|пароль)[^\n:：="']{0,32}?(?:[:：=]|[ \t](?:est|es|è|é|är|er|is)[ \t])[ \t]{0,4}["'«„“]?([^\s"'»”]{5,128})/gi,
    accepts: isChosen,
  },
  // What makes the second factor, and what lets a device in.
  {
    kind: 'totp-seed',
    hint: ['totp', 'otp_', '2fa', 'mfa', 'authenticator'],
    pattern:
      /\b(?:[th]?otp|2fa|mfa|authenticator)[ _-]?(?:seed|secret|key|code|setup)?\\?["']?[ \t]{0,4}[:=][ \t]{0,4}\\?["']?([A-Z\d]{16,128}=*(?![A-Za-z0-9])|(?:[a-z2-7]{4} ){3,31}[a-z2-7]{4})/gi,
    accepts: (value) => /\d/.test(value) || /^[A-Z=]+$/.test(value),
  },
  {
    kind: 'pin',
    hint: ['pin:', 'pin for ', 'pin code'],
    pattern:
      /\b(?:PIN|PUK\d?|Pin)(?:[ -]?[Cc]ode)?\b(?![ \t]?\d)[^\n:="']{0,32}(?:[:=]|\bis\b)[ \t]{0,4}["']?(\d{4,8})(?![\w.:/-])/g,
  },
  {
    kind: 'pin',
    hint: ['pairing', 'homekit', 'setup code'],
    pattern:
      /\b(?:homekit|matter|pairing|setup)[ _-](?:(?:pairing|setup|manual)[ _-])?(?:code|pin)["']?[ \t:=]{1,4}["']?(\d{3}-\d{2}-\d{3}|\d{4}-?\d{3}-?\d{4})(?![\w-])/gi,
  },
  {
    kind: 'pre-shared-key',
    hint: [
      'fi key',
      'fi-key',
      'fi pass',
      'fi-pass',
      'lan key',
      'lan-key',
      'lan pass',
      'lan-pass',
      'wpa key',
      'wpa2 key',
      'wpa3 key',
    ],
    pattern:
      /\b(?:wi-?fi|wlan|wpa\d?)[ -](?:key|pass(?:word|phrase|code)?)\b(?:[ \t](?:for|of)[ \t][\w .-]{1,32}?)?(?:[ \t]{0,4}[:=]|[ \t]is(?: now)?:?)[ \t]{1,4}["'`]?([^\s"'`]{8,63})/gi,
    accepts: isChosen,
  },
];
