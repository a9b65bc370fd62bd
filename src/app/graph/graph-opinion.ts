import { readTimeZone } from '../../host/index.ts';
import { effectRank } from '../../protocol/effect.ts';
import type { Judgement } from '../../protocol/verdict.ts';
import type { World } from '../world.ts';
import { hasDependencies } from './has-dependencies.ts';

/** What the graph thinks of what policy has judged. */
export interface GraphOpinion {
  /** Of a call of the model: also by the time of day. */
  ofCall(judgement: Judgement): Promise<Judgement>;
  /** Of a step of a plan: the same whenever it is asked, since an approval is bound to it. */
  ofStep(judgement: Judgement): Promise<Judgement>;
  /** When the last of what these commands take away may be; null: now. Milliseconds since the epoch. */
  opensAt(commands: readonly (readonly string[])[]): Promise<number | null>;
}

/**
 * What would stop others, or take a quorum's last spare member, is not done unasked; the second of three is refused. The
 * files are read each time: which members of a quorum work is not what it was an hour ago. OpsError `settings` for an
 * operator's file that is wrong, so nothing that is disruptive is done by it.
 */
export function createGraphOpinion(world: World): GraphOpinion {
  const touch = async (commands: readonly (readonly string[])[]) => {
    if (commands.length === 0 || !hasDependencies(world)) return null;
    const [{ judgeTouch, windowOf }, { loadGraph }] = await Promise.all([
      import('../../graph/index.ts'),
      import('./load-graph.ts'),
    ]);
    const touched = judgeTouch(await loadGraph(world), commands, world.host.hostname);
    const zone = readTimeZone(world.env);
    const shut = touched.nodes.flatMap((node) => {
      const { opensAt, hours } = windowOf(node, world.clock.now(), zone);
      return opensAt === null ? [] : [{ name: node.name, hours, opensAt }];
    });
    return { ...touched, shut };
  };
  const touchOf = ({ commands = [], effect, verdict }: Judgement) => {
    const isLoss = verdict !== 'deny' && effectRank(effect) >= effectRank('disruptive');
    return isLoss ? touch(commands) : null;
  };
  return {
    async ofCall(judgement) {
      const touched = await touchOf(judgement);
      if (touched === null) return judgement;
      if (touched.refusal !== null) return refuse(judgement, touched.refusal);
      const windows = touched.shut.map(
        ({ name, hours, opensAt }) =>
          `${name} is outside its safe hours (${hours.join(', ')}) until ${new Date(opensAt).toISOString()}`,
      );
      const reasons = [...touched.doubts, ...windows];
      if (reasons.length > 0) {
        const first = judgement.verdict === 'ask' ? [judgement.reason] : [];
        return {
          ...judgement,
          verdict: 'ask',
          rule: judgement.verdict === 'ask' ? judgement.rule : 'graph',
          reason: [...first, ...reasons].join('; '),
        };
      }
      if (touched.notes.length === 0) return judgement;
      return judgement.verdict === 'ask'
        ? { ...judgement, reason: [judgement.reason, ...touched.notes].join('; ') }
        : { ...judgement, notes: [...(judgement.notes ?? []), ...touched.notes] };
    },
    async ofStep(judgement) {
      const touched = await touchOf(judgement);
      if (touched === null) return judgement;
      if (touched.refusal !== null) return refuse(judgement, touched.refusal);
      if (touched.doubts.length === 0) return judgement;
      return { ...judgement, verdict: 'ask', rule: 'graph', reason: touched.doubts.join('; ') };
    },
    async opensAt(commands) {
      const openings = (await touch(commands))?.shut.map(({ opensAt }) => opensAt) ?? [];
      return openings.length === 0 ? null : Math.max(...openings);
    },
  };
}

function refuse(judgement: Judgement, reason: string): Judgement {
  return { ...judgement, verdict: 'deny', rule: 'graph:quorum', reason };
}
