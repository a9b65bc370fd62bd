import { readApiKey } from '../../config/index.ts';
import { createWebSender } from '../../host/index.ts';
import { OpsError } from '../../lib/ops-error.ts';
import type { World } from '../world.ts';

/** Says to a service that watches us that we are there; called by the loop that does the work, and by nothing else. */
export interface Heartbeat {
  /** Asks when it is time to, and does not wait for the answer. */
  beat(): void;
}

const TIMEOUT_MS = 10_000;

/** null where nobody watches. The address is never told: whoever has it can say that we are well. */
export async function createHeartbeat(world: World, log: (line: string) => void): Promise<Heartbeat | null> {
  const { settings, env, operatorFiles: files, clock } = world;
  const secret = { variable: 'STEWARD_HEARTBEAT_URL', credential: 'heartbeat-url' };
  const url = (await readApiKey(secret, { env, files })) ?? settings.notify.heartbeat_url;
  if (url === null) return null;
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
    throw new OpsError('bad-heartbeat', 'settings', 'the address of the heartbeat is not an http address', {
      hint: 'notify.heartbeat_url, the credential heartbeat-url or STEWARD_HEARTBEAT_URL',
    });
  }
  const web = createWebSender();
  let lastAt = Number.NEGATIVE_INFINITY;
  let isOn = false;
  let isWell = true;
  return {
    beat() {
      if (isOn || clock.elapsed() - lastAt < settings.notify.heartbeat_every) return;
      lastAt = clock.elapsed();
      isOn = true;
      void web.send({ method: 'GET', url }, { timeoutMs: TIMEOUT_MS, limitBytes: 1_024 }).then((answer) => {
        isOn = false;
        const wasWell = isWell;
        isWell = answer.status !== null && answer.status < 400;
        if (wasWell && !isWell)
          log(`notify: the heartbeat is not heard (${answer.failure ?? `status ${answer.status}`})`);
        if (!wasWell && isWell) log('notify: the heartbeat is heard again');
      });
    },
  };
}
