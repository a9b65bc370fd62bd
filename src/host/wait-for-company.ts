import type { Start } from './run-together.ts';

/** Who is expected and takes longer is left behind: what keeps one must not keep the others. */
const WAIT_MS = 100;

export interface Company {
  join(start: Start): void;
  /** One of those expected does not come. */
  excuse(): void;
}

/** Hands on what is to be started once everybody is there; who comes later starts with whom is there then. */
export function waitForCompany(expected: number, go: (starts: readonly Start[]) => void): Company {
  let missing = expected;
  let here: Start[] = [];
  let timer: NodeJS.Timeout | undefined;
  const leave = () => {
    clearTimeout(timer);
    timer = undefined;
    const starts = here;
    here = [];
    if (starts.length > 0) go(starts);
  };
  return {
    join(start) {
      here.push(start);
      missing--;
      if (missing <= 0) leave();
      else timer ??= setTimeout(leave, WAIT_MS);
    },
    excuse() {
      missing--;
      if (missing <= 0) leave();
    },
  };
}
