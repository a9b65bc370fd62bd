import { escapePattern, matcherOfAny, mayMatchBelow, mayMatchBoth, type PathPattern, split } from './glob.ts';

/** Keys and certificates end alike. */
const PEM = '**/*.pem';

/**
 * Files that hold secrets: never read, shown or written, by any tool, in any mode. A pattern more costs a question, a
 * pattern less costs a key.
 */
const SECRETS = [
  // Accounts and the machine's own keys.
  '/etc/shadow*',
  '/etc/gshadow*',
  '/etc/security/opasswd',
  '/etc/ssh/ssh_host_*',
  '/etc/ssl/private/**',
  '/etc/krb5.keytab',
  '**/*.keytab',
  '/etc/ppp/*-secrets',
  '/etc/wireguard/**',
  '/etc/wpa_supplicant/**',
  '/etc/NetworkManager/system-connections/**',
  '/etc/credstore*/**',
  '/var/lib/systemd/credential.secret',
  '/var/lib/sss/secrets/**',
  '/var/lib/sss/db/**',
  '/etc/ipsec.secrets',
  '/etc/ipsec.d/*.secrets',
  '/etc/swanctl/private/**',
  '/etc/mysql/debian.cnf',
  '/etc/postfix/sasl*',
  '/etc/postfix/sasl/**',
  '/etc/exim4/passwd*',
  '/etc/samba/*passwd*',
  '/etc/apt/auth.conf',
  '/etc/apt/auth.conf.d/**',
  '/etc/pve/priv/**',
  '/etc/letsencrypt/archive/**',
  '/var/lib/tailscale/**',
  '/var/lib/samba/private/**',
  '/var/backups/shadow*',
  '/var/backups/gshadow*',
  '/var/lib/iwd/**',
  // Where secret managers put them.
  '/run/secrets/**',
  '/run/secrets.d/**',
  '/run/agenix/**',
  '/run/agenix.d/**',
  '/run/credentials/**',
  '/run/keys/**',
  '/var/run/secrets/**',
  '/var/run/secrets.d/**',
  '/var/run/agenix/**',
  '/var/run/credentials/**',
  '/var/run/keys/**',
  '**/.password-store/**',
  '**/.secrets/**',
  '**/secrets/**',
  '**/.secret*',
  '**/.config/sops/**',
  '**/age/keys.txt',
  '**/.age/**',
  '**/*.agekey',
  '**/*.age-key',
  '**/keyrings/**',
  '**/*.kdbx',
  '**/*.kdb',
  // Keys by name and by ending.
  '**/.ssh/**',
  '**/.gnupg/**',
  '**/id_rsa*',
  '**/id_dsa*',
  '**/id_ecdsa*',
  '**/id_ed25519*',
  PEM,
  '**/*.key',
  '**/*.p12',
  '**/*.pfx',
  '**/*.jks',
  '**/*.keystore',
  '**/*.ppk',
  '**/*_rsa',
  '**/*_ed25519',
  '**/*privkey*',
  '**/*private?key*',
  // Programs' credentials.
  '**/.env',
  '**/.env.*',
  '**/.env.local',
  '**/.env.production',
  '**/.env-*',
  '**/.env_*',
  '**/*.env',
  '**/.envrc',
  '**/.netrc',
  '**/_netrc',
  '**/.pgpass',
  '**/.my.cnf',
  '**/.mylogin.cnf',
  '**/.git-credentials',
  '**/.htpasswd',
  '**/.npmrc',
  '**/.pypirc',
  '**/.s3cfg',
  '**/.boto',
  '**/.msmtprc',
  '**/.fetchmailrc',
  '**/.docker/config.json',
  '**/containers/auth.json',
  '**/auth.json',
  '**/.kube/**',
  '**/kubeconfig*',
  '**/*.kubeconfig',
  '/etc/kubernetes/*.conf',
  '/etc/kubernetes/pki/**',
  '/etc/rancher/**/*.yaml',
  '/var/lib/rancher/**/token',
  '/var/lib/rancher/**/node-token',
  '/var/lib/rancher/**/cred/**',
  '/var/lib/kubelet/**/secret*/**',
  '/var/lib/kubelet/pods/**',
  '/var/lib/kubelet/config.json',
  '**/.vault-token',
  // Where Vault was initialised: the keys that unseal it.
  '**/vault/init.json',
  '**/vault*/**/token',
  '**/.consul-token',
  '**/.nomad-token',
  '**/*.token',
  '**/.talos/**',
  '**/talosconfig',
  '**/.aws/**',
  '**/.azure/**',
  '**/gcloud/**',
  '**/.config/gh/**',
  '**/.config/hub',
  '**/.config/rclone/**',
  '**/.config/borg/**',
  '**/.oci/**',
  '**/.config/doctl/**',
  '**/.config/hcloud/**',
  '**/.cargo/credentials*',
  '**/.terraform.d/credentials*',
  '**/*.tfstate',
  '**/*.tfstate.*',
  '**/*.tfvars',
  '**/credentials',
  '**/credentials.json',
  '**/credentials.yaml',
  '**/credentials.yml',
  '**/credentials.toml',
  '**/credentials.txt',
  '**/.credentials*',
  '**/secrets.yaml',
  '**/secrets.yml',
  '**/secrets.json',
  '**/secrets.toml',
  '**/secrets.env',
  '**/secrets.txt',
  '**/secret.yaml',
  '**/secret.yml',
  '**/secret.json',
  '**/secret.txt',
  '**/*password*',
  '**/*passphrase*',
  '**/.mozilla/**',
  '**/logins.json',
  '**/key4.db',
  '**/.anthropic/**',
  '**/.claude/**',
  '**/access-tokens.conf',
  '/etc/nix/netrc',
  // `access-tokens` of whoever builds.
  '**/.config/nix/nix.conf',
  '/etc/nix/secret*',
  '**/nomad/**/secrets/**',
  '/var/lib/nomad/**/secrets/**',
  // What people typed.
  '**/.*_history',
  '**/.lesshst',
  '**/.viminfo',
  // Processes: their environment and memory, and the ways round through their roots.
  '/proc/*/environ',
  '/proc/*/mem',
  '/proc/*/task/*/environ',
  '/proc/*/task/*/mem',
  '/proc/*/root/**',
  '/proc/*/cwd/**',
  '/proc/*/fd/**',
  '/proc/*/task/*/root/**',
  '/proc/*/task/*/cwd/**',
  '/proc/*/task/*/fd/**',
  '/proc/*/map_files/**',
  '/proc/*/auxv',
  '/proc/kcore',
  '/proc/kmem',
  '/proc/keys',
  '/proc/*/exe',
  // steward's own.
  '/etc/steward/credentials*',
  '/etc/steward/credentials/**',
  '**/.config/steward/credentials*',
  '**/.config/steward/credentials/**',
  '**/steward/keys/**',
];

/** Named like a secret, known not to be one. Only for a path without patterns. */
const HARMLESS = [
  '**/.env.example',
  '**/.env.sample',
  '**/.env.template',
  '**/.env.dist',
  '**/*.pub',
  '/etc/ssl/certs/**',
  '**/fullchain*.pem',
  '**/chain*.pem',
  '**/cert.pem',
  '**/ca.pem',
  '**/ca-*.pem',
  '**/cacert.pem',
  '**/*.crt.pem',
  '/proc/self/fd/0',
  '/proc/self/fd/1',
  '/proc/self/fd/2',
];

/** Where the system's own programs name the files: what a pattern could match there is none of the secrets named anywhere. */
const PLAIN = [
  '/sys/**',
  '/proc/sys/**',
  '/proc/net/**',
  '/proc/pressure/**',
  '/boot/**',
  '/etc/cron.*/**',
  '/etc/apt/sources.list.d/**',
  '/var/log/dpkg.*',
  '/var/log/apt/**',
];

/** Where people and services keep what no pattern can name: not to be walked through with everything below it. */
const HOMES = ['/root', '/home/*', '/run/user/*'];

const MOST_KEPT = 1_000;

export interface SecretFolder {
  path: string;
  /** How many levels below it to look; 0: it is one itself. */
  depth: number;
}

export interface SecretPaths {
  /** `path` is absolute and normal; with `isPattern`, could anything it matches be a secret? */
  matches(path: string, isPattern?: boolean): boolean;
  /** Is `path` a secret for its `.pem` alone, which may as well be a certificate? */
  mayBeCertificate(path: string): boolean;
  /** Does the folder hold places where secrets are kept? */
  contains(folder: string, isPattern?: boolean): boolean;
  /** Where to look for what is there. A secret in the midst of other files is only found by its name. */
  folders(): SecretFolder[];
}

/**
 * A pattern is held against the likeliest names: `*.log` could match `id_rsa.log`, and asking for that would only
 * teach people to say yes.
 */
export function createSecretPaths(home: string): SecretPaths {
  const isSecret = matcherOfAny(SECRETS);
  const isHarmless = matcherOfAny(HARMLESS);
  let isSecretBeside: ((path: string) => boolean) | undefined;
  let likely: PathPattern[] | undefined;
  const likelyNames = (): PathPattern[] => {
    likely ??= SECRETS.map((pattern) => split(pattern.replaceAll(/(?<=[^/*])\*(?=\/|$)/g, '')));
    return likely;
  };
  const plain = PLAIN.map((pattern) => pattern.slice(0, pattern.indexOf('*')));
  // Up to the first special character it says where it looks.
  const isPlainPlace = (pattern: string): boolean => {
    const fixed = pattern.slice(0, /[*?[\\]/.exec(pattern)?.index ?? pattern.length);
    return !pattern.includes('..') && plain.some((place) => fixed.startsWith(place));
  };
  let anchoredSecrets: PathPattern[] | undefined;
  const anchored = (): PathPattern[] => {
    anchoredSecrets ??= SECRETS.filter((pattern) => pattern.startsWith('/')).map(split);
    return anchoredSecrets;
  };
  // One step asks several times about the same paths: what is wanted, what it links to, what is judged.
  const answers = new Map<string, boolean>();
  // A `**` in front would make every folder hold a secret; those are met file by file where files are named.
  let kept: PathPattern[] | undefined;
  const keptPlaces = (): PathPattern[] => {
    const anchored = SECRETS.filter((pattern) => pattern.startsWith('/'));
    kept ??= [...anchored, ...HOMES, escapePattern(home)].map(split);
    return kept;
  };
  const matchesAny = (path: PathPattern, patterns: PathPattern[]): boolean =>
    patterns.some((pattern) => mayMatchBoth(path, pattern));
  return {
    matches(path, isPattern = false) {
      const known = isPattern ? undefined : answers.get(path);
      if (known !== undefined) return known;
      if (isPattern) return matchesAny(split(path), isPlainPlace(path) ? anchored() : likelyNames());
      const answer = isSecret(path) && !isHarmless(path);
      if (answers.size >= MOST_KEPT) answers.clear();
      answers.set(path, answer);
      return answer;
    },
    mayBeCertificate(path) {
      isSecretBeside ??= matcherOfAny(SECRETS.filter((pattern) => pattern !== PEM));
      return !isSecretBeside(path);
    },
    contains(folder, isPattern = false) {
      const components = split(isPattern ? folder : escapePattern(folder));
      return keptPlaces().some((pattern) => mayMatchBelow(components, pattern));
    },
    folders() {
      const depths = new Map<string, number>();
      const found = [...SECRETS.flatMap(anchoredFolder), ...homeFolders(home)];
      for (const { path, depth } of found) depths.set(path, Math.max(depth, depths.get(path) ?? 0));
      return [...depths].map(([path, depth]) => ({ path, depth }));
    },
  };
}

/** The part of a pattern before its first special character, and how deep the rest reaches. */
function anchoredFolder(pattern: string): SecretFolder[] {
  if (!pattern.startsWith('/') || pattern.startsWith('/proc/')) return [];
  const components = pattern.split('/');
  const special = components.findIndex((component) => /[*?[]/.test(component));
  if (special === -1) return [{ path: pattern, depth: 0 }];
  const path = components.slice(0, special).join('/');
  const rest = components.slice(special);
  return [{ path, depth: rest.length - (rest.at(-1) === '**' ? 1 : 0) }];
}

/** Of folders in a home only those are looked into that programs keep credentials in. */
function homeFolders(home: string): SecretFolder[] {
  const inside = ['.config', '.docker', '.cargo', '.terraform.d', '.local/share', '.config/steward'];
  return ['/root', home].flatMap((path) => [
    { path, depth: 1 },
    ...inside.map((name) => ({ path: `${path}/${name}`, depth: 1 })),
  ]);
}
