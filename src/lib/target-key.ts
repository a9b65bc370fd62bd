/**
 * One name for one object, whoever tells of it: `unit:postgresql.service@nuc1`, `mount:/var@nuc1`, `url:https://git.lan`.
 * Two keys are compared with `isSameTarget` and not as texts: one sender says `nuc1`, another `nuc1.lan`.
 */
export interface HostNames {
  /** Of this machine; what calls itself localhost is taken for it. */
  own: string;
  /** What senders call a machine → what it is called here. */
  aliases: Record<string, string>;
}

export const HOST_LABELS = ['host', 'hostname', 'node', 'nodename', 'instance'];
const UNIT_LABELS = ['unit', 'systemd_unit', 'name', 'exported_name', 'service'];
const UNIT =
  /^[\w:.\\@-]{1,248}\.(?:service|timer|socket|mount|automount|swap|path|target|scope|slice|device)$/;
/** With a scheme, a port and a path, or without. */
const HOST = /^(?:[a-z][a-z\d+.-]*:\/\/)?(?:\[([\da-f:.]+)\]|([\w.-]+))(?::\d+)?(?:\/\S*)?$/i;

export function isUnitName(text: string): boolean {
  return UNIT.test(text);
}

/** `nuc1:9100` → `nuc1`; `https://git.example.test/x` → `git.example.test`; `[::1]:9100` → `::1`. Else nothing. */
export function hostOf(value: string | undefined): string {
  const [, bracketed, bare] = HOST.exec(value ?? '') ?? [];
  return (bracketed ?? bare ?? '').toLowerCase();
}

/** What the labels of an alert, a failed unit or a finding are about; null where they name no object. */
export function targetOf(labels: Record<string, string>, names: HostNames): string | null {
  const host = machineOf(labels, names);
  const unit = UNIT_LABELS.map((name) => labels[name] ?? '').find(isUnitName);
  if (unit !== undefined) return host === null ? null : `unit:${unit}@${host}`;
  const mount = labels.mountpoint ?? '';
  if (mount.startsWith('/')) return host === null ? null : `mount:${mount}@${host}`;
  const url = [labels.target, labels.instance].find((value) => /^https?:\/\//i.test(value ?? ''));
  return url !== undefined && URL.canParse(url) ? `url:${new URL(url).href.replace(/\/+$/, '')}` : null;
}

function machineOf(labels: Record<string, string>, { own, aliases }: HostNames): string | null {
  const named = HOST_LABELS.map((name) => labels[name] ?? '').find((value) => hostOf(value) !== '');
  if (named === undefined) return null;
  const host = hostOf(named);
  const known = aliasOf(named, aliases) ?? aliasOf(host, aliases) ?? host;
  return isLoopback(known) ? own.toLowerCase() : known.toLowerCase();
}

function aliasOf(name: string, aliases: HostNames['aliases']): string | undefined {
  return Object.hasOwn(aliases, name) ? aliases[name] : undefined;
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}

export function isSameTarget(a: string, b: string): boolean {
  if (a === b) return true;
  const [short, long] = a.length < b.length ? [a, b] : [b, a];
  // A storm compares each with each: most differ long before their machines.
  if (!long.startsWith(short) || short.startsWith('url:')) return false;
  const host = (target: string): string => target.slice(target.lastIndexOf('@') + 1);
  return short.lastIndexOf('@') === long.lastIndexOf('@') && isSameHost(host(short), host(long));
}

/** `nuc1` is `nuc1.lan`; `nuc1.lan` is not `nuc1.example.test`. Addresses are only what they are. */
export function isSameHost(a: string, b: string): boolean {
  if (a === b) return true;
  const [short, long] = a.length < b.length ? [a, b] : [b, a];
  return short !== '' && !/^[\d.]+$|:/.test(short) && long.startsWith(`${short}.`);
}
