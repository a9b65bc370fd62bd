/** What an action can do to the systems it touches, from harmless to final. */
export const EFFECTS = ['observe', 'reversible', 'disruptive', 'irreversible'] as const;
export type Effect = (typeof EFFECTS)[number];

/** How far a run may go without a person. Each level includes the ones before it. */
export const AUTONOMIES = ['observe', 'propose', 'reversible', 'full'] as const;
export type Autonomy = (typeof AUTONOMIES)[number];

/** Claude Code's names. `manual` is read as `default`. */
export const PERMISSION_MODES = ['default', 'acceptEdits', 'plan', 'dontAsk', 'bypassPermissions'] as const;
export type PermissionMode = (typeof PERMISSION_MODES)[number];

export function effectRank(effect: Effect): number {
  return EFFECTS.indexOf(effect);
}

export function autonomyRank(autonomy: Autonomy): number {
  return AUTONOMIES.indexOf(autonomy);
}

/** The strongest of several effects; `observe` for none. */
export function strongestEffect(effects: readonly Effect[]): Effect {
  return effects.reduce<Effect>((a, b) => (effectRank(b) > effectRank(a) ? b : a), 'observe');
}
