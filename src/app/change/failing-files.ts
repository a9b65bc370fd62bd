import { checkFiles, type Plan } from '../../changes/index.ts';
import type { ChangeBench } from './change-ports.ts';

/**
 * What would keep a plan from being carried out, found out before anybody is asked: nobody should read, and say yes to,
 * what is refused right after. It is checked again when it is carried out. A line for each file.
 */
export async function failingFiles({ planned, work }: Plan, { ports }: ChangeBench): Promise<string[]> {
  const found: string[] = [];
  for (const [index, target] of work.entries()) {
    const checks = await checkFiles(`${planned.id}.${index + 1}.static`, target.files, target.name, ports);
    for (const { path, by, ok, detail } of checks) {
      if (ok === false) found.push(ports.mask(`${path} (${by}): ${detail}`));
    }
  }
  return found;
}
