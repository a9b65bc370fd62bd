import type { Happening } from '../client.ts';

/** Tells followers what happens, and whoever joins later what has happened. */
export interface Hub {
  tell(happening: Happening): void;
  follow(onHappening: (happening: Happening) => void): () => void;
}

/** Of a long run the oldest events are read from its log when they are asked for. */
const MOST_KEPT = 2_000;

type Kind = Happening['kind'];

/** Only the newest of these says something. */
const STATES: ReadonlySet<Kind> = new Set(['status', 'panel', 'queue']);

export function createHub(): Hub {
  const followers = new Set<(happening: Happening) => void>();
  const states = new Map<Kind, Happening>();
  let kept: Happening[] = [];

  function keep(happening: Happening): void {
    if (STATES.has(happening.kind)) {
      states.set(happening.kind, happening);
      return;
    }
    if (happening.kind === 'opened') kept = [];
    // What was streamed stands whole in the event that ends it.
    if (happening.kind === 'run') while (isPassing(kept.at(-1))) kept.pop();
    if (happening.kind === 'answered') {
      kept = kept.filter((old) => old.kind !== 'question' || old.question.id !== happening.question);
      return;
    }
    // A terminal is lent once, to whoever is there.
    if (happening.kind === 'terminal-wanted') return;
    const last = kept.at(-1);
    if (happening.kind === 'delta' && last?.kind === 'delta' && last.delta.type === happening.delta.type) {
      const text = last.delta.text + happening.delta.text;
      kept[kept.length - 1] = { kind: 'delta', delta: { ...happening.delta, text } };
    } else kept.push(happening);
    if (kept.length > MOST_KEPT) forgetOldest();
  }

  function forgetOldest(): void {
    const [first] = kept;
    const before = first?.kind === 'opened' ? first : { run: null, name: null, older: 0 };
    const rest = kept.slice(-MOST_KEPT / 2);
    const dropped = kept.length - rest.length - (first?.kind === 'opened' ? 1 : 0);
    const { run, name, older } = before;
    kept = [{ kind: 'opened', run, name, older: older + dropped }, ...rest];
  }

  return {
    tell(happening) {
      keep(happening);
      for (const follower of followers) follower(happening);
    },
    follow(onHappening) {
      for (const happening of [...kept, ...states.values()]) onHappening(happening);
      // The same listener may follow twice; each stop ends its own.
      const follower = (happening: Happening): void => onHappening(happening);
      followers.add(follower);
      return () => followers.delete(follower);
    },
  };
}

function isPassing(happening: Happening | undefined): boolean {
  return happening?.kind === 'delta' || happening?.kind === 'output';
}
