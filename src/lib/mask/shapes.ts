import type { Span } from './found.ts';

/**
 * Secrets that are known by their form alone. Each pattern is linear: its repetitions are bounded, or nothing has to
 * follow them. Forms of providers' keys are from their own documentation.
 */
const SHAPES: readonly [kind: string, pattern: string][] = [
  ['anthropic-key', 'sk-ant-[\\w-]{12,}'],
  ['api-key', 'sk-(?:proj|or|svcacct|admin|lf|None)-[\\w-]{16,}'],
  ['api-key', 'sk-[A-Za-z0-9]{20,}'],
  ['stripe-key', '(?:sk|rk|pk)_(?:live|test)_[A-Za-z0-9]{16,}'],
  ['webhook-secret', 'whsec_[A-Za-z0-9+/=]{16,}'],
  ['github-token', '(?:gh[pousr]_\\w{20,}|github_pat_\\w{20,})'],
  ['gitlab-token', 'gl(?:pat|dt|rt|ptt|cbt|ft|imt|agent|soat|oas)-[\\w-]{16,}(?:\\.[\\w.-]{4,40})?'],
  ['aws-key', '(?:AKIA|ASIA|ABIA|ACCA)[0-9A-Z]{16}(?![A-Za-z0-9])'],
  ['google-key', '(?:AIza[\\w-]{35}|GOCSPX-[\\w-]{20,}|ya29\\.[\\w-]{20,})'],
  ['slack-token', '(?:xox[a-z]|xapp)-[\\w-]{10,}'],
  ['vault-token', 'hv[sbr]\\.[\\w-]{20,}'],
  ['vault-token', '[sbr]\\.(?=[A-Za-z0-9]{0,23}\\d)(?=[A-Za-z0-9]{0,23}[A-Z])[A-Za-z0-9]{24}(?![\\w.-])'],
  ['terraform-token', '[A-Za-z0-9]{14}\\.atlasv1\\.[\\w-]{40,}'],
  ['hugging-face-token', 'hf_[A-Za-z0-9]{20,}'],
  ['npm-token', 'npm_[A-Za-z0-9]{20,}'],
  ['pypi-token', 'pypi-[\\w-]{20,}'],
  ['docker-token', 'dckr_(?:pat|oat)_[\\w-]{20,}'],
  ['digitalocean-token', 'do[opr]_v1_[a-f0-9]{40,}'],
  ['tailscale-key', 'tskey-[\\w-]{16,}'],
  ['sendgrid-key', 'SG\\.[\\w-]{16,64}\\.[\\w-]{16,}'],
  ['grafana-token', 'gl(?:sa|c)_[A-Za-z0-9+/=_]{20,}'],
  [
    'api-key',
    '(?:gsk_|xai-|nvapi-|pplx-|r8_|tvly-|fw_|lin_api_|ntn_|sbp_|pul-|dapi|HRKU-|PMAK-|NRAK-|NRII-|rubygems_|pscale_(?:tkn|pw|oauth)_|dp\\.(?:pt|st|ct)\\.(?:[a-z\\d_-]{2,35}\\.)?|sntry[su]_|cio|ops_eyJ|secret_|fm[12]_|FlyV1 fm2_|fo1_|nfp_|bkua_|sgp_|figd_|pcsk_|syt_|shippo_(?:live|test)_|AT[ACS]TT3xFf|ATBB|phc_|phx_|dt0[cs]\\d{2}\\.|rnd_|cfut_|sm_pat_|vcp_|jina_|e2b_|key_live_|wandb_v1_)(?=[\\w-]{0,23}\\d)[\\w+/=-]{24,}',
  ],
  ['shopify-token', 'shp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}'],
  ['square-token', 'sq0[a-z]{3}-[\\w-]{20,}'],
  ['mailgun-key', 'key-[a-f0-9]{32}(?![a-f0-9])'],
  ['twilio-key', 'SK[a-f0-9]{32}(?![A-Za-z0-9])'],
  ['telegram-token', '\\d{8,10}:AA[\\w-]{33}(?![\\w-])'],
  ['discord-token', '[MNO][A-Za-z\\d_-]{23,27}\\.[\\w-]{6}\\.[\\w-]{27,45}'],
  ['age-key', 'AGE-SECRET-KEY-(?:PQ-)?1[0-9A-Za-z]{20,}|age-secret-key-(?:pq-)?1[0-9a-z]{20,}'],
  ['jwt', 'eyJ[\\w-]{8,4000}\\.[\\w-]{8,8000}(?:\\.[\\w-]*){0,3}'],
  ['k3s-token', 'K10[a-f0-9]{48,}::[\\w-]{1,32}:[\\w.-]{8,}'],
  ['pem', 'LS0tLS1CRUdJTi[A-Za-z0-9+/]{20,}={0,2}'],
  ['nix-signing-key', '[\\w.-]{3,64}-\\d{1,3}:[A-Za-z0-9+/]{86}=='],
  ['cloudflare-tunnel-token', 'eyJhIjoi[\\w-]{60,}={0,2}(?![\\w.])'],
  ['backblaze-key', 'K00\\d[A-Za-z0-9+/]{27}(?![A-Za-z0-9+/])'],
  ['ntfy-token', 'tk_[a-z0-9]{29}(?![A-Za-z0-9])'],
  ['plex-claim', 'claim-(?=[\\w-]{0,19}\\d)[\\w-]{20}(?![\\w-])'],
  ['proxmox-token', 'PVEAPIToken=[\\w.@!-]{3,64}=[\\da-fA-F-]{36}'],
  // PostgreSQL's.
  ['password-hash', 'md5[a-f0-9]{32}(?![a-f0-9])'],
  ['nkey-seed', 'S[UAOCNX][A-Z2-7]{56}(?![A-Za-z0-9])'],
  // Docker's configuration, `{"auths":{`, in base64: what .dockerconfigjson holds.
  ['basic-auth', 'eyJhdXRocyI6[A-Za-z0-9+/]{16,}={0,2}'],
];

/** A hash of a password is a way to it. */
const HASH =
  /(?<![\w$])(?:\$(?:1|2[abxy]|5|6|7|y|gy|apr1|argon2(?:id?|d)|scrypt|pbkdf2[\w-]{0,16}|sha1|md5)\$[\w./$=,+-]{16,}|\{(?:SSHA|SHA|SSHA256|SSHA512|CRYPT|PBKDF2[\w-]{0,12})\}[\w+/=$.]{16,}|\{(?:PLAIN|CLEAR|CLEARTEXT)\}[^\s:"'{}]{3,128}|\{[A-Z][A-Z\d-]{2,14}(?:CRYPT|MD5|SHA\d{0,3}|HA1|NTLM|ARGON2ID?|ARGON2I)\}[^\s:"'{}]{12,256}|SCRAM-SHA-\d{3}\$\d{1,8}:[\w+/=$:]{40,})/g;

/** What a Nix key signed has the same form as the key. */
const SIGNATURE = /\bsig(?:nature)?s?\\?["']?[ \t]{0,4}[:=][ \t[\\"']{0,8}$/i;

/** Boundaries: the form must not go on to the left. */
const PATTERN = new RegExp(`(?<![A-Za-z0-9])(?:${SHAPES.map(([, source]) => `(${source})`).join('|')})`, 'g');

/** What must stand in a line, in lower case or as it is, for a shape to be in it. */
export const SHAPE_HINT =
  'sk-|sk_|rk_|pk_|whsec_|AGE-SECRET|age-secret|secret_|key-[a-f0-9]{8}|ghp_|gho_|ghu_|ghs_|ghr_|github_pat|gl[a-z]{2,5}-|gl(?:sa|c)_|AKIA|ASIA|ABIA|ACCA|AIza|GOCSPX|ya29\\.|xox|xapp-|hvs\\.|hvb\\.|hvr\\.|(?<![A-Za-z0-9])[sbr]\\.[A-Za-z0-9]{24}|atlasv1|hf_|npm_|pypi-|dckr_|do[opr]_v1|tskey-|SG\\.|gsk_|xai-|nvapi-|pplx-|r8_|tvly-|fw_|lin_api|ntn_|sbp_|pul-|dapi|HRKU|PMAK|NR[AI][KI]|rubygems|pscale|dp\\.[psc]t|sntry|cio|ops_|fm[12]_|fo1_|nfp_|bkua_|sgp_|figd_|pcsk_|syt_|shippo_|AT[ACS]TT3|ATBB|ph[cx]_|dt0[cs]|rnd_|cfut_|sm_pat|vcp_|jina_|e2b_|key_live|wandb_|md5[a-f0-9]{8}|S[UAOCNX][A-Z2-7]{20}|shp[acps]|sq0|SK[a-f0-9]{8}|:AA|(?<![A-Za-z0-9])[MNO][\\w-]{23,27}\\.[\\w-]{6}\\.|claim-|tk_|K00\\d|eyJ|K10|PVEAPI|\\$[1-7a-z]|\\{S|\\{C|\\{P|SCRAM|LS0tLS1CRUdJTi|-\\d{1,3}:[A-Za-z0-9+/]{40}';

export function findShapes(line: string): Span[] {
  const spans: Span[] = [];
  PATTERN.lastIndex = 0;
  for (let match = PATTERN.exec(line); match !== null; match = PATTERN.exec(line)) {
    const index: number = match.findIndex((group, i) => i > 0 && group !== undefined);
    const kind = SHAPES[index - 1]?.[0] ?? 'secret';
    const start = match.index + (kind === 'proxmox-token' ? match[0].lastIndexOf('=') + 1 : 0);
    const isSigned = kind === 'nix-signing-key' && SIGNATURE.test(line.slice(0, match.index));
    if (!isSigned && isPlausible(kind, match[0]))
      spans.push({ kind, start, end: match.index + match[0].length });
  }
  if (line.includes('$') || line.includes('{'))
    for (const { 0: text, index } of line.matchAll(HASH))
      spans.push({ kind: 'password-hash', start: index, end: index + text.length });
  return spans;
}

/** `sk-learn-estimator-with-long-name` has the beginning of a key and is a name. */
function isPlausible(kind: string, text: string): boolean {
  if (kind === 'jwt') return true;
  if (kind === 'pem') return Buffer.from(text, 'base64').includes('PRIVATE KEY');
  return /\d/.test(text.slice(4)) || (/[a-z]/.test(text) && /[A-Z]{2}/.test(text));
}
