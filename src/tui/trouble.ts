import { OpsError } from '../lib/ops-error.ts';
import type { ItemBody } from './store/item.ts';

/** What is shown of something that did not work. */
export function troubleOf(error: unknown): Extract<ItemBody, { kind: 'notice' }> {
  const text = error instanceof Error ? error.message : String(error);
  const hint = error instanceof OpsError ? error.hint : null;
  return { kind: 'notice', level: 'trouble', text, hint };
}
