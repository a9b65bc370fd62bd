import type { Surroundings } from '../../tools/index.ts';
import type { World } from '../world.ts';

/** What typed tools know of where they are: nothing of the environment but what settings give to commands. */
export function surroundingsOf({ settings, host, env }: World): Surroundings {
  return {
    environment: settings.environment,
    machine: host.machine,
    hostname: host.hostname,
    hosts: settings.ssh.hosts,
    inherited: Object.keys(env),
  };
}
