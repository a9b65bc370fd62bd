import type { World } from '../world.ts';

/** Of serve alone; what it starts has no business with them. */
const OWN_VARIABLES = [
  'STEWARD_INTAKE_TOKEN',
  'STEWARD_GRAFANA_SECRET',
  'STEWARD_HEARTBEAT_URL',
  'NOTIFY_SOCKET',
  'WATCHDOG_USEC',
  'WATCHDOG_PID',
];

/** For a steward of its own that serve starts: with the same state, and without what is serve's alone. */
export function runEnvironment({ env, store }: Pick<World, 'env' | 'store'>): NodeJS.ProcessEnv {
  const own: NodeJS.ProcessEnv = { ...env, STEWARD_STATE_DIR: store.location };
  for (const variable of OWN_VARIABLES) delete own[variable];
  return own;
}
