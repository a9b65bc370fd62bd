import type { Answer, Answered, Asker, Question } from '../../protocol/question.ts';
import type { Hub } from './hub.ts';

/** Questions of the gate, one at a time and in order. Each ends: with an answer, or with a denial when nobody is left. */
export interface Questions extends Asker {
  answer(id: string, answer: Answer): Promise<Answered>;
  /** What became of a rule that was answered with; the gate tells it after it has judged again. */
  settle(id: string, rule: Answered['rule']): void;
  /** Nobody is there any more: denies all that wait, and all that come. */
  leave(): void;
}

const DENIED: Answer = { kind: 'deny', comment: null };
/** Policy judges again in milliseconds; a screen is not kept waiting for one that cannot. */
const SETTLE_MS = 5_000;

export function createQuestions(hub: Hub): Questions {
  let hasLeft = false;
  let turn: Promise<unknown> = Promise.resolve();
  const open = new Map<string, (answer: Answer) => void>();
  const settling = new Map<string, (rule: Answered['rule']) => void>();

  async function askNow(question: Question, signal: AbortSignal): Promise<Answer> {
    if (hasLeft || signal.aborted) return DENIED;
    const { promise, resolve } = Promise.withResolvers<Answer>();
    const deny = (): void => resolve(DENIED);
    open.set(question.id, resolve);
    signal.addEventListener('abort', deny, { once: true });
    hub.tell({ kind: 'question', question });
    const answer = await promise;
    open.delete(question.id);
    signal.removeEventListener('abort', deny);
    if (answer.kind !== 'run') hub.tell({ kind: 'answered', question: question.id, answer, rule: null });
    return answer;
  }

  return {
    ask(question, signal) {
      const asked = turn.then(() => askNow(question, signal));
      turn = asked;
      return asked;
    },
    async answer(id, answer) {
      const resolve = open.get(id);
      if (resolve === undefined) return { kind: 'too-late', rule: null };
      open.delete(id);
      if (answer.kind !== 'run') {
        resolve(answer);
        return { kind: 'accepted', rule: null };
      }
      const { promise, resolve: settle } = Promise.withResolvers<Answered['rule']>();
      const timer = setTimeout(settle, SETTLE_MS, null);
      settling.set(id, settle);
      resolve(answer);
      const rule = await promise;
      clearTimeout(timer);
      settling.delete(id);
      hub.tell({ kind: 'answered', question: id, answer, rule });
      return { kind: 'accepted', rule };
    },
    settle: (id, rule) => settling.get(id)?.(rule),
    leave() {
      hasLeft = true;
      for (const resolve of open.values()) resolve(DENIED);
    },
  };
}
