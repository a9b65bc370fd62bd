import type { PermissionMode } from '../protocol/effect.ts';

/** What Shift+Tab goes through. Modes that never ask are not among them: nobody gets there by one key too many. */
const CYCLE: readonly PermissionMode[] = ['default', 'acceptEdits', 'plan'];

export function modeAfter(mode: PermissionMode): PermissionMode {
  return CYCLE[(CYCLE.indexOf(mode) + 1) % CYCLE.length] ?? 'default';
}
