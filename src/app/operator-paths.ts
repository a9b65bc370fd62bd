import { configFolder } from '../config/index.ts';
import type { World } from './world.ts';

/** Of a file that operators declare things in, the weakest first. A project has none: what it declared would be asked unasked. */
export function operatorPaths(
  { env, home }: World,
  name: string,
  chosen: string | null | undefined,
): string[] {
  return chosen == null ? [`/etc/steward/${name}`, `${configFolder(env, home)}/${name}`] : [chosen];
}
