import type { TypedWork } from '../protocol/typed-call.ts';
import type { FutureFile } from './future-files.ts';
import type { JudgedStep } from './way-back.ts';

/** Files by which a machine is reached: its network, its firewall, its names, and the way in. */
const FILES: readonly RegExp[] = [
  /^\/etc\/(?:network|netplan|NetworkManager|systemd\/(?:network|resolved\.conf|networkd\.conf))(?:\/|\.d\/|$)/,
  /^\/etc\/(?:resolv\.conf|nsswitch\.conf|hosts|host\.conf|dhcpcd\.conf)$/,
  /^\/etc\/(?:wireguard|openvpn|wpa_supplicant|tailscale)\//,
  /^\/etc\/ssh\/(?:sshd_config(?:\.d\/.*)?|authorized_keys.*)$/,
  /^\/etc\/(?:nftables\.conf|nftables(?:\.d)?\/|iptables\/|ufw\/|firewalld\/|default\/ufw$)/,
  /^\/etc\/(?:dnsmasq\.conf|dnsmasq\.d\/|unbound\/|bind\/|pihole\/|coredns\/)/,
  /^\/(?:root|home\/[^/]+)\/\.ssh\/authorized_keys$/,
  // A unit of one of them, or what is added to it.
  /^\/etc\/systemd\/system\/(?:sshd?|systemd-(?:networkd|resolved)|networking|NetworkManager|nftables|iptables|dnsmasq|unbound|named|tailscaled|wg-quick@[^/]*)\.(?:service|socket)(?:\.d\/|$)/,
];

const UNITS =
  /^(?:sshd?|systemd-(?:networkd|resolved)|networking|NetworkManager|nftables|iptables|netfilter-persistent|ufw|firewalld|dnsmasq|unbound|named|bind9|dhcpcd|wpa_supplicant|tailscaled|wg-quick@.*|openvpn(?:-client)?(?:@.*)?)(?:\.service|\.socket)?$/;

const PROGRAMS = new Set(
  'ip ifconfig ifup ifdown route nft iptables ip6tables iptables-restore ufw firewall-cmd nmcli netplan resolvectl networkctl wg wg-quick tailscale'.split(
    ' ',
  ),
);

/** Tools that change the whole system, with all of that in it. */
const isWholeSystem = ({ tool, input }: TypedWork): boolean =>
  tool === 'NixosRebuild' && ['test', 'switch', 'deploy'].includes(String(input.verb));

/** What of a change touches the way to this machine; empty: nothing does. */
export function ownAccessOf(steps: readonly JudgedStep[], files: readonly FutureFile[]): string[] {
  const touched = files.flatMap(({ path }) => (FILES.some((known) => known.test(path)) ? [path] : []));
  for (const { judgement, typed } of steps) {
    if (typed !== null && isWholeSystem(typed)) touched.push('the system');
    if (judgement.effect === 'observe') continue;
    for (const [program = '', ...words] of judgement.commands ?? []) {
      if (PROGRAMS.has(program)) touched.push(`${program} ${words[0] ?? ''}`.trim());
      if (program !== 'systemctl') continue;
      touched.push(...words.slice(1).filter((word) => UNITS.test(word)));
    }
  }
  return [...new Set(touched)];
}
