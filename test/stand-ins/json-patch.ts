export interface Operation {
  op: 'test' | 'add' | 'replace' | 'remove';
  path: string;
  value?: unknown;
}

/** RFC 6902, as far as it is about keys of objects; null: it does not fit. */
export function jsonPatch<T extends object>(object: T, operations: readonly Operation[]): T | null {
  const made = structuredClone(object);
  for (const { op, path, value } of operations) {
    const names = path
      .slice(1)
      .split('/')
      .map((name) => name.replaceAll('~1', '/').replaceAll('~0', '~'));
    const last = names.pop() ?? '';
    let place: unknown = made;
    for (const name of names) place = (place as Record<string, unknown> | undefined)?.[name];
    if (typeof place !== 'object' || place === null) return null;
    const inside = place as Record<string, unknown>;
    if (op !== 'add' && !(last in inside)) return null;
    if (op === 'test' && JSON.stringify(inside[last]) !== JSON.stringify(value)) return null;
    if (op === 'add' || op === 'replace') inside[last] = value;
    if (op === 'remove') delete inside[last];
  }
  return made;
}
