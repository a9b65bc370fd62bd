import type { Expectation } from '../protocol/change.ts';
import type { JudgedStep } from './way-back.ts';

const STOPS = new Set(['stop', 'restart', 'try-restart', 'reload-or-restart', 'kill', 'disable', 'mask']);
const UNIT = /^consul(?:-server)?(?:\.service)?$/;

/** Takes a server of Consul away, if only for a moment. */
function isLossOfServer([program, ...words]: readonly string[]): boolean {
  if (program === 'consul') return words[0] === 'leave' || words[0] === 'force-leave';
  if (program !== 'systemctl') return false;
  return words.some((word) => STOPS.has(word)) && words.some((word) => UNIT.test(word));
}

/**
 * Before a server of a cluster goes down: those that are left have to be a majority. One that stands alone has none to
 * lose; a machine that only runs an agent is told apart by nobody here, so it waits as well while the quorum is bare.
 */
export function quorumChecks(steps: readonly JudgedStep[]): Expectation[] {
  const isTouched = steps.some(
    ({ judgement }) =>
      judgement.effect !== 'observe' && (judgement.commands ?? []).some((words) => isLossOfServer(words)),
  );
  if (!isTouched) return [];
  return [
    {
      what: { kind: 'call', tool: 'Consul', input: { verb: 'members' } },
      expect: 'json.servers <= 1 || json.canLose >= 1',
      withinMs: 0,
      forMs: 0,
    },
  ];
}
