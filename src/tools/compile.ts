import type { ToolSpec } from '../protocol/model.ts';
import type { ToolName } from '../protocol/tool.ts';
import type { toJsonSchema } from './json-schema/schema.ts';

interface Source {
  name: ToolName;
  folder: string;
  load(): Promise<{ schema: Parameters<typeof toJsonSchema>[0] }>;
}

/** In the order in which the model sees them. */
const SOURCES: readonly Source[] = [
  { name: 'Bash', folder: 'bash', load: () => import('./bash/schema.ts') },
  { name: 'Read', folder: 'read', load: () => import('./read/schema.ts') },
  { name: 'Edit', folder: 'edit', load: () => import('./edit/schema.ts') },
  { name: 'Write', folder: 'write', load: () => import('./write/schema.ts') },
  { name: 'Search', folder: 'search', load: () => import('./search/schema.ts') },
  { name: 'Systemctl', folder: 'systemctl', load: () => import('./systemctl/schema.ts') },
  { name: 'Journal', folder: 'journal', load: () => import('./journal/schema.ts') },
  { name: 'Consul', folder: 'consul', load: () => import('./consul/schema.ts') },
  { name: 'Nomad', folder: 'nomad', load: () => import('./nomad/schema.ts') },
  { name: 'NixosRebuild', folder: 'nixos-rebuild', load: () => import('./nixos-rebuild/schema.ts') },
  { name: 'Git', folder: 'git', load: () => import('./git/schema.ts') },
  { name: 'Kubectl', folder: 'kubectl', load: () => import('./kubectl/schema.ts') },
  { name: 'Ssh', folder: 'ssh', load: () => import('./ssh/schema.ts') },
  { name: 'Change', folder: 'change', load: () => import('./change/schema.ts') },
  { name: 'State', folder: 'state', load: () => import('./state/schema.ts') },
  { name: 'Knowledge', folder: 'knowledge', load: () => import('./knowledge/schema.ts') },
  { name: 'Report', folder: 'report', load: () => import('./report/schema.ts') },
  { name: 'ExitPlanMode', folder: 'plan', load: () => import('./plan/schema.ts') },
];

/**
 * For the build, which keeps the answer so that zod and the descriptions are off the start path. `readDescription`
 * gives the text of `src/tools/<folder>/description.md`.
 */
export async function compileTools(
  readDescription: (folder: string) => Promise<string>,
): Promise<ToolSpec[]> {
  // Not for the run: what a tool's check needs of zod is small, what this needs is not.
  const { toJsonSchema } = await import('./json-schema/schema.ts');
  return Promise.all(
    SOURCES.map(async ({ name, folder, load }) => ({
      name,
      description: (await readDescription(folder)).trim().replace(/\s*\n\s*/g, ' '),
      inputSchema: trimSchema(toJsonSchema((await load()).schema)),
    })),
  );
}

/** Every byte here is sent with every request. Lengths and bounds are left to the check, whose answer names them. */
const NOISE: ReadonlySet<string> = new Set([
  '$schema',
  'minLength',
  'minimum',
  'maximum',
  'exclusiveMinimum',
]);

function trimSchema(schema: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(schema)
      .filter(([key]) => !NOISE.has(key))
      .map(([key, value]) => [key, trimValue(key, value)]),
  );
}

function trimValue(key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  if (key !== 'properties') return trimSchema(value);
  // Keys of `properties` are names of arguments, which no list of noise may touch.
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, trimSchema(inner)]));
}
