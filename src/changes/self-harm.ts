import type { Action } from '../protocol/action.ts';
import type { Change, ChangeTarget } from '../protocol/change.ts';
import type { OwnGround } from '../protocol/own-ground.ts';
import type { TargetWork } from './plan.ts';

/**
 * Why a change could take away what steward itself, or whoever would mend it, depends on: its own unit and files, the way
 * into the machine, the network, names, the model. Pure; told to whoever is asked, and always asked about.
 */
export function selfHarm(
  actions: readonly Action[],
  targets: readonly ChangeTarget[],
  ground: OwnGround,
): string[] {
  const found = new Set<string>();
  for (const { unit } of targets) if (unit !== undefined) note(found, unit, whyUnit(unit, ground));
  for (const action of actions) {
    if (action.kind === 'write' || action.kind === 'remove') {
      note(found, action.path, whyPath(action.path, ground));
      continue;
    }
    for (const words of commandsOf(action)) noteCommand(found, words, ground);
  }
  return [...found];
}

/** The same for a whole plan, with what would be done on the way back. */
export function harmOf({ targets }: Change, work: readonly TargetWork[], ground: OwnGround): string[] {
  const actions = work.flatMap(({ steps, back }) => [
    ...steps.map(({ action }) => action),
    ...back.flatMap((step) => (step.kind === 'do' ? [step.action] : [])),
  ]);
  return selfHarm(actions, targets, ground);
}

function note(found: Set<string>, what: string, why: string | null): void {
  if (why !== null) found.add(`${what}: ${why}`);
}

/** Split where a shell would, and where it might: a word too many asks once too often, and no more. */
function commandsOf(action: Action): string[][] {
  if (action.kind === 'process') return [[...action.argv]];
  if (action.kind !== 'shell') return [];
  return action.line
    .split(/[;|&()\n`]+/)
    .map((part) => part.split(/[\s<>"'{}$]+/).filter((word) => word !== ''));
}

const WRAPPERS = new Set(['sudo', 'doas', 'env', 'nice', 'timeout', 'exec', 'sh', 'bash', '-c', 'nohup']);

function noteCommand(found: Set<string>, words: readonly string[], ground: OwnGround): void {
  const plain = words.map((word) => word.split('/').at(-1) ?? word);
  const at = plain.findIndex((word) => !WRAPPERS.has(word) && !/^(-|\w+=|\d+[smhd]?$)/.test(word));
  const program = plain[at] ?? '';
  const rest = words.slice(at + 1);
  const line = words.join(' ');
  if (program === 'systemctl' || program === 'service') noteUnits(found, rest, line, ground);
  const network = NETWORK[program];
  if (network?.(rest, ground) === true)
    found.add(`${line}: it changes the network by which this machine is reached`);
  if (POWER.has(program)) found.add(`${line}: it ends steward in the middle of the change`);
  if (program === 'nixos-rebuild' && /\b(switch|test|boot)\b/.test(line))
    found.add(`${line}: it may change units, network and names all at once`);
  for (const word of rest) {
    // What is only looked at is judged to be so, and is no step of a change.
    const path = /(?:^|=)(\/\S+)$/.exec(word)?.[1];
    if (path !== undefined) note(found, path, whyPath(path, ground));
  }
}

const LOOKING = new Set([
  'status',
  'show',
  'cat',
  'is-active',
  'is-enabled',
  'is-failed',
  'list-units',
  'help',
]);
const WHOLE = new Set([
  'isolate',
  'reboot',
  'poweroff',
  'halt',
  'kexec',
  'suspend',
  'hibernate',
  'rescue',
  'emergency',
]);

function noteUnits(found: Set<string>, rest: readonly string[], line: string, ground: OwnGround): void {
  const words = rest.filter((word) => !word.startsWith('-'));
  const verb = words[0] ?? '';
  if (WHOLE.has(verb)) found.add(`${line}: it ends steward in the middle of the change`);
  if (words.some((word) => LOOKING.has(word))) return;
  for (const unit of words) note(found, unit, whyUnit(unit, ground));
}

const POWER = new Set(['reboot', 'poweroff', 'halt', 'shutdown', 'kexec', 'telinit', 'init']);

const REACHED = /^(ssh|sshd|dropbear|telnetd|wg-quick@.+|tailscaled|zerotier-one|openvpn.*)$/;
const NETWORKS =
  /^(systemd-networkd|NetworkManager|networking|network|dhcpcd(@.+)?|wpa_supplicant(@.+)?|ifup@.+|connman|iwd|netplan.*|nftables|iptables|ip6tables|netfilter-persistent|firewalld|ufw|shorewall|network-online|network-setup|network-addresses-.+)$/;
const NAMES =
  /^(systemd-resolved|resolvconf|dnsmasq|unbound|bind9|named|kresd.*|pihole-FTL|adguardhome|coredns)$/i;
const MODELS = /^(ollama|llama.*|vllm.*|localai|local-ai|litellm|lm-?studio|text-generation.*)$/i;
const BASES =
  /^(dbus|dbus-broker|systemd-logind|systemd-journald|systemd-udevd|init\.scope|system\.slice|user\.slice)$/;

function whyUnit(written: string, ground: OwnGround): string | null {
  const unit = /\.\w+$/.test(written) ? written : `${written}.service`;
  const name = unit.replace(/\.\w+$/, '');
  if (unit === ground.unit) return 'steward itself runs in it';
  if (/^steward([-@].*)?$/.test(name)) return 'it is a part of steward';
  if (REACHED.test(name)) return 'it is a way into this machine';
  if (NETWORKS.test(name)) return 'it holds the network by which this machine is reached';
  if (NAMES.test(name)) return 'it answers for names, and steward looks names up';
  if (ground.isModelHere && MODELS.test(name)) return 'it serves the model that steward asks';
  return BASES.test(name) ? 'everything here depends on it' : null;
}

const PLACES: readonly (readonly [RegExp, string])[] = [
  [/^\/etc\/(ssh|dropbear|pam\.d|security)\//, 'it decides who gets into this machine'],
  [/^\/etc\/(passwd|shadow|group|sudoers)$|^\/etc\/sudoers\.d\//, 'it decides who gets into this machine'],
  [
    /^\/etc\/(systemd\/network|NetworkManager|network|netplan|sysconfig\/network.*|wpa_supplicant|wireguard|iptables|nftables(\.d)?|ufw|firewalld)(\/|$)|^\/etc\/(nftables\.conf|dhcpcd\.conf|hostname)$/,
    'it holds the network by which this machine is reached',
  ],
  [
    /^\/(etc|run\/systemd\/resolve)\/(resolv\.conf|stub-resolv\.conf|hosts|nsswitch\.conf|systemd\/resolved\.conf(\.d\/.*)?)$/,
    'it answers for names, and steward looks names up',
  ],
  [/^\/etc\/(fstab|crypttab)$|^\/boot\//, 'this machine starts from it'],
];

function whyPath(path: string, ground: OwnGround): string | null {
  const folder = ground.folders.find((own) => path === own || path.startsWith(`${own}/`));
  if (folder !== undefined) return 'it is a part of steward';
  const unit = /^\/(?:etc|run|lib|usr\/lib)\/systemd\/system\/([^/]+?)(?:\.d\/|$)/.exec(path)?.[1];
  const byUnit = unit === undefined ? null : whyUnit(unit, ground);
  return byUnit ?? PLACES.find(([place]) => place.test(path))?.[1] ?? null;
}

type Judge = (words: readonly string[], ground: OwnGround) => boolean;

const always: Judge = () => true;
const CHANGING = /^(add|append|change|chg|replace|del|delete|flush|set|up|down|prepend|restore)$/;

/** An interface that is not the way out may be taken down; without a name it may be any. */
const ofInterface: Judge = (words, { interfaces }) =>
  words.some((word) => CHANGING.test(word)) &&
  (words[0] === 'route' ||
    words[0] === 'rule' ||
    interfaces.length === 0 ||
    words.some((word) => interfaces.includes(word)));

const NETWORK: Record<string, Judge | undefined> = {
  ip: (words, ground) =>
    ofInterface(
      words.filter((word) => !word.startsWith('-')),
      ground,
    ),
  ifconfig: ofInterface,
  ifup: always,
  ifdown: always,
  ethtool: (words, { interfaces }) => words.some((word) => interfaces.includes(word)),
  nft: (words) => !words.includes('list'),
  iptables: (words) => !words.some((word) => /^-[LS]/.test(word)),
  ip6tables: (words) => !words.some((word) => /^-[LS]/.test(word)),
  'iptables-restore': always,
  ufw: (words) => !words.includes('status'),
  'firewall-cmd': (words) => !words.some((word) => /^--(list|get|query|state)/.test(word)),
  nmcli: (words) =>
    words.some((word) => /^(up|down|modify|delete|add|off|on|disconnect|reapply)$/.test(word)),
  networkctl: (words) =>
    words.some((word) => /^(up|down|reload|reconfigure|renew|forcerenew|delete)$/.test(word)),
  netplan: (words) => /^(apply|try|set)$/.test(words[0] ?? ''),
  resolvectl: (words) => /^(dns|domain|revert|reset|flush|default-route)/.test(words[0] ?? ''),
  dhclient: always,
  dhcpcd: always,
  'wg-quick': always,
  wg: (words) => /^(set|setconf|addconf|syncconf)$/.test(words[0] ?? ''),
  tailscale: (words) => /^(up|down|set|logout|switch)$/.test(words[0] ?? ''),
};
