import { dirname } from 'node:path';
import { type Action, describeAction } from '../../protocol/action.ts';
import { effectRank } from '../../protocol/effect.ts';
import type { RuleOffer } from '../../protocol/question.ts';
import type { Judgement } from '../../protocol/verdict.ts';
import type { Policing } from './policing.ts';

/** So many lines each show what a rule would and would not match. */
const SHOWN = 3;

/**
 * A rule that would have allowed a step, with lines that show how far it goes. Every line was judged with the rule by the
 * policy in force. null where no rule helps: floors, what cannot be undone, words of unknown origin, more than one thing.
 */
export async function offerRule(
  judgement: Judgement,
  cwd: string,
  policingWith: (rule: string) => Promise<Policing>,
): Promise<RuleOffer | null> {
  const { verdict, effect, isStrange = false } = judgement;
  if (verdict !== 'ask' || isStrange || effectRank(effect) > effectRank('reversible')) return null;
  const draft = draftRule(judgement);
  if (draft === null) return null;
  const policing = await policingWith(draft.rule);
  const toAction = (line: string): Action => policing.policy.toAction(line, cwd);
  const isMatch = async (action: Action): Promise<boolean> => {
    const { verdict: answer, rule } = await policing.judge(action);
    return answer === 'allow' && rule === `rule:${draft.rule}`;
  };
  if (!(await isMatch(judgement.action))) return null;
  const matches = await pick(draft.matches(toAction), isMatch);
  const misses = await pick(draft.misses(toAction), async (action) => {
    return (await policing.judge(action)).verdict !== 'allow';
  });
  if (matches.length < SHOWN || misses.length < SHOWN) return null;
  return { rule: draft.rule, matches, misses };
}

interface Draft {
  rule: string;
  matches(toAction: (line: string) => Action): Action[];
  misses(toAction: (line: string) => Action): Action[];
}

function draftRule({ action, commands = [], rule }: Judgement): Draft | null {
  if (action.kind === 'write') return draftForFile(action);
  if (action.kind !== 'process' && action.kind !== 'shell') return null;
  const verbs = /^spec:(.+)$/.exec(rule)?.[1]?.split('.') ?? [];
  const argv = commands.find((words) => verbs.length > 0 && verbs.every((verb, at) => words[at] === verb));
  return argv === undefined ? null : draftForCommand(verbs.join(' '), argv);
}

/** The program with its verb, and anything behind it. */
function draftForCommand(head: string, argv: readonly string[]): Draft {
  const [program = ''] = argv;
  const line = describeAction({ kind: 'process', argv, cwd: '/' });
  const withLast = (word: string): string =>
    describeAction({ kind: 'process', argv: [...argv.slice(0, -1), word], cwd: '/' });
  return {
    rule: `Bash(${head} *)`,
    matches: (toAction) =>
      [line, withLast('this'), withLast('that'), `${head} one two`, `${head} other`, head].map(toAction),
    misses: (toAction) =>
      [
        `${head} this && rm -r that`,
        `${head} "$(cat names)"`,
        `sudo ${head} this`,
        `${head} this > /etc/motd`,
        `${program}-other this`,
      ].map(toAction),
  };
}

/** The folder of the file and what lies below it; in wide folders nothing but a question for each is right. */
function draftForFile({ path }: Extract<Action, { kind: 'write' }>): Draft | null {
  const folder = dirname(path);
  if (folder.split('/').length < 3 || /[*\\()]/.test(folder)) return null;
  const write = (at: string): Action => ({ kind: 'write', path: at, content: '', expects: null });
  return {
    rule: `Edit(/${folder}/**)`,
    matches: () => [path, `${folder}/other`, `${folder}/below/third`].map(write),
    misses: () =>
      [`${folder}-other/file`, `${dirname(folder)}/file`, '/etc/hosts', '/root/.profile'].map(write),
  };
}

async function pick(
  candidates: readonly Action[],
  fits: (action: Action) => Promise<boolean>,
): Promise<string[]> {
  const lines: string[] = [];
  for (const action of candidates) {
    const line = action.kind === 'write' ? `edit ${action.path}` : describeAction(action);
    if (lines.length < SHOWN && !lines.includes(line) && (await fits(action))) lines.push(line);
  }
  return lines;
}
