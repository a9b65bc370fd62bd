/** What counts of an object of the cluster. */
export interface KubeObject {
  kind: string;
  name: string;
  /** `resourceVersion`; null: it is not there. */
  version: string | null;
  labels: Record<string, string>;
  replicas: number | null;
  /** As the server gave it; empty where it is not there. */
  raw: Readonly<Record<string, unknown>>;
}

/** Of one object, a List, or several documents one after the other as kubectl prints them for `-o json`. */
export function objectsOf(raw: unknown): KubeObject[] {
  if (Array.isArray(raw)) return raw.flatMap(objectsOf);
  if (typeof raw !== 'object' || raw === null) return [];
  const { kind, metadata, spec, items } = raw as {
    kind?: unknown;
    metadata?: { name?: unknown; resourceVersion?: unknown; labels?: Record<string, string> };
    spec?: { replicas?: unknown };
    items?: unknown;
  };
  if (Array.isArray(items)) return items.flatMap(objectsOf);
  if (typeof kind !== 'string' || typeof metadata?.name !== 'string') return [];
  const version = metadata.resourceVersion;
  return [
    {
      kind: kind.toLowerCase(),
      name: metadata.name,
      version: typeof version === 'string' ? version : null,
      labels: metadata.labels ?? {},
      replicas: typeof spec?.replicas === 'number' ? spec.replicas : null,
      raw: raw as Record<string, unknown>,
    },
  ];
}

/** Labels that Flux's controllers put on what they apply: fluxcd.io, "kustomize" and "helm". */
const FLUX = ['kustomize.toolkit.fluxcd.io/name', 'helm.toolkit.fluxcd.io/name'];

/** `deployment/web (Kustomization apps)`; undefined: nothing of Flux's. */
export function fluxOwner({ kind, name, labels }: KubeObject): string | undefined {
  const label = FLUX.find((known) => labels[known] !== undefined);
  if (label === undefined) return undefined;
  const by = label.startsWith('helm') ? 'HelmRelease' : 'Kustomization';
  return `${kind}/${name} (${by} ${labels[label]})`;
}
