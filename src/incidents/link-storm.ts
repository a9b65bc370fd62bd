import type { Incident } from '../protocol/incident.ts';
import type { JoinRules } from './rules.ts';
import type { Incidents } from './take-delivery.ts';
import { isActive, tell } from './transitions.ts';

/**
 * Puts what opens together under one root, which alone gets a run and a message. Groups stay what they are: nothing is
 * merged. What shares a machine with a root, or with something under it, belongs to it; where many open at once, all do.
 */
export function linkStorm(incidents: Incidents, id: string, at: number, rules: JoinRules): void {
  const one = incidents.get(id);
  if (one === undefined || !isActive(one) || one.about !== 'service' || hasRoot(incidents, one)) return;
  const loose: Incident = { ...one, foldedInto: null, foldedBy: null };
  incidents.set(id, loose);
  // What has others under it stays a root.
  if (childrenOf(incidents, id).length > 0) return;
  const storm = openedLately(incidents, at, rules).filter((other) => other.id !== id);
  const roots = storm.filter(({ foldedInto }) => foldedInto === null).sort(byOpening);
  if (linkNeeds(incidents, loose, roots, at, rules)) return;
  const near = roots.find((root) =>
    [root, ...childrenOf(incidents, root.id)].some(({ hosts }) =>
      hosts.some((host) => loose.hosts.includes(host)),
    ),
  );
  if (near !== undefined) {
    fold(incidents, id, near.id, at, 'machine');
    return;
  }
  const first = roots[0];
  if (first === undefined || storm.length + 1 < rules.stormCount) return;
  for (const { id: other } of [...roots.slice(1), loose]) fold(incidents, other, first.id, at, 'storm');
}

/**
 * What needs something that fires belongs to it; what it needs, told later, takes those that nobody has looked into yet.
 * True: it has its place.
 */
function linkNeeds(
  incidents: Incidents,
  loose: Incident,
  roots: readonly Incident[],
  at: number,
  { needs }: JoinRules,
): boolean {
  const about = ({ targets, hosts }: Incident): string[] => (targets.length > 0 ? targets : hosts);
  const cause = roots.find((root) => needs(about(loose), about(root)));
  if (cause !== undefined) {
    fold(incidents, loose.id, cause.id, at, 'dependency');
    return true;
  }
  const effects = roots.filter(
    (root) => root.state === 'open' && root.runs.length === 0 && needs(about(root), about(loose)),
  );
  for (const { id } of effects) fold(incidents, id, loose.id, at, 'dependency');
  return effects.length > 0;
}

/** A root that is over hands what still fires under it to the first of them. */
export function promoteOrphans(incidents: Incidents, at: number): void {
  const orphans = [...incidents.values()]
    .filter((one) => one.foldedInto !== null && isActive(one) && !hasRoot(incidents, one))
    .sort(byOpening);
  const heirs = new Map<string, string>();
  for (const { id, foldedInto } of orphans) {
    const heir = heirs.get(foldedInto ?? '');
    if (heir !== undefined) fold(incidents, id, heir, at, 'storm');
    else {
      heirs.set(foldedInto ?? '', id);
      update(incidents, id, (one) =>
        tell(
          { ...one, foldedInto: null, foldedBy: null, stateSince: at },
          at,
          `${foldedInto} is over, and this is not`,
        ),
      );
    }
  }
}

export function hasRoot(incidents: Incidents, { foldedInto }: Incident): boolean {
  const root = foldedInto === null ? undefined : incidents.get(foldedInto);
  return root !== undefined && isActive(root);
}

function openedLately(incidents: Incidents, at: number, { stormMs }: JoinRules): Incident[] {
  const lately = new Set<string>();
  for (const one of incidents.values()) {
    // It or the last thing under it: a storm goes on as long as it does not pause.
    if (at - one.openedAt <= stormMs) lately.add(one.id).add(one.foldedInto ?? one.id);
  }
  return [...lately].flatMap((id) => {
    const one = incidents.get(id);
    return one !== undefined && isActive(one) && one.about === 'service' ? [one] : [];
  });
}

export function childrenOf(incidents: Incidents, root: string): Incident[] {
  return [...incidents.values()].filter(({ foldedInto }) => foldedInto === root);
}

const WHY = {
  target: 'about the same',
  machine: 'on the same machine',
  dependency: 'it cannot do without it',
  storm: 'in the same storm',
};

export function fold(incidents: Incidents, id: string, root: string, at: number, by: keyof typeof WHY): void {
  // Two levels and no more: whatever was under it goes with it.
  for (const child of childrenOf(incidents, id)) {
    update(incidents, child.id, (one) => ({ ...one, foldedInto: root }));
  }
  update(incidents, id, (one) =>
    tell({ ...one, foldedInto: root, foldedBy: by }, at, `belongs to ${root}: ${WHY[by]}`),
  );
}

export function update(incidents: Incidents, id: string, change: (one: Incident) => Incident): void {
  const one = incidents.get(id);
  if (one !== undefined) incidents.set(id, change(one));
}

export function byOpening(a: Incident, b: Incident): number {
  return a.openedAt - b.openedAt || (a.id < b.id ? -1 : 1);
}
