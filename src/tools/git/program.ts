import type { Ask, CallAids, Pin, Ran, Reading, TypedUndo } from '../../protocol/typed-call.ts';
import { buildArgv, FILE, type FieldRule, type Input, type Verbs } from '../typed/build-argv.ts';
import { firstLine, isProblem, readPlain, type TypedProgram } from '../typed/typed-program.ts';

const REVISION: FieldRule = { kind: /^[A-Za-z0-9_@][\w./@^~{}:-]*$/ };
const PATHS: FieldRule = { kind: FILE, isMany: true };

const VERBS: Verbs = {
  status: { words: ['status'], always: ['--porcelain=v1', '--branch'], fields: {} },
  log: {
    words: ['log'],
    always: ['--no-color', '--format=%h %cI %an: %s'],
    fields: { lines: { kind: 'number', option: '--max-count' }, revision: REVISION },
  },
  diff: {
    words: ['diff'],
    always: ['--no-color', '--no-ext-diff', '--exit-code'],
    fields: { revision: REVISION },
  },
  show: {
    words: ['show'],
    always: ['--no-color', '--no-ext-diff'],
    fields: { revision: { ...REVISION, isRequired: true } },
  },
  branches: { words: ['branch'], always: ['--all', '--verbose', '--no-color'], fields: {} },
  add: { words: ['add'], hasDashes: true, fields: { paths: { ...PATHS, isRequired: true } } },
  commit: {
    words: ['commit'],
    hasDashes: true,
    fields: {
      message: { kind: /^\S/, option: '--message', isRequired: true },
      paths: { ...PATHS, isRequired: true },
    },
  },
  branch: {
    words: ['switch'],
    fields: { branch: { kind: /^[A-Za-z0-9_][\w./-]*$/, option: '--create', isRequired: true } },
  },
};

/** The repository is where it starts, and is named by its top folder in every call. */
export const git: TypedProgram = {
  name: 'Git',
  program: 'git',
  verbs: VERBS,
  observing: ['status', 'log', 'diff', 'show', 'branches'],
  async pin(input, { machine }, ask) {
    const repo = input.repo ?? '.';
    if (typeof repo !== 'string' || !FILE.test(repo))
      return { problem: `repo is not valid: ${JSON.stringify(repo)}` };
    const answer = await ask(['git', '-C', repo, 'rev-parse', '--show-toplevel']);
    const top = typeof answer === 'string' ? '' : answer.output.trim();
    if (typeof answer === 'string' || answer.exit !== 0 || !top.startsWith('/')) {
      return { problem: `${repo} is in no git repository: ${firstLine(answer)}` };
    }
    return { repository: top, machine };
  },
  describe: ({ repository }) => String(repository),
  toArgv: build,
  read: readGit,
  async prepare(input, pin, aids) {
    const before = await head(pin, aids.ask);
    if (isProblem(before)) return before;
    const { commit, branch } = before;
    const wasStaged = await staged(input, pin, aids);
    return {
      preconditions: [{ kind: 'git-commit', name: String(pin.repository), value: commit }],
      undo: undoOf(input, commit, branch, pin, wasStaged.length > 0),
      notes: [`on ${branch}, commit ${commit.slice(0, 12)} now`, ...wasStaged],
    };
  },
  goBack,
};

function build(input: Input, { repository }: Pin) {
  const { repo: _repo, ...fields } = input;
  const built = buildArgv('git', VERBS, fields);
  if (isProblem(built)) return built;
  return { argv: ['git', '-C', String(repository), ...built.argv.slice(1)], cwd: String(repository) };
}

/** git-diff(1) with --exit-code: 0 the same, 1 differs, everything above is an error. */
function readGit(input: Input, ran: Ran): Reading {
  const { exit, output } = ran;
  if (input.verb === 'diff' && !ran.timedOut && (exit === 0 || exit === 1)) {
    return { ok: true, detail: exit === 0 ? 'no difference' : 'it differs', data: null };
  }
  const reading = readPlain(ran, String(input.verb));
  if (!reading.ok || input.verb !== 'status') return reading;
  const [branch = '', ...files] = output.trimEnd().split('\n');
  const isClean = files.length === 0;
  return {
    ok: true,
    detail: isClean ? 'the work tree is clean' : `${files.length} files differ`,
    data: { branch: branch.replace(/^## /, ''), files, isClean },
  };
}

async function head(pin: Pin, ask: Ask): Promise<{ commit: string; branch: string } | { problem: string }> {
  const at = ['git', '-C', String(pin.repository), 'rev-parse'];
  const commit = await ask([...at, 'HEAD']);
  const branch = await ask([...at, '--abbrev-ref', 'HEAD']);
  if (typeof commit === 'string' || commit.exit !== 0)
    return { problem: `there is no commit: ${firstLine(commit)}` };
  if (typeof branch === 'string' || branch.exit !== 0)
    return { problem: `there is no branch: ${firstLine(branch)}` };
  return { commit: commit.output.trim(), branch: branch.output.trim() };
}

async function staged(input: Input, pin: Pin, { ask }: CallAids): Promise<string[]> {
  if (input.verb !== 'commit') return [];
  const ran = await ask(['git', '-C', String(pin.repository), 'diff', '--cached', '--name-only']);
  const files = typeof ran === 'string' ? [] : ran.output.split('\n').filter(Boolean);
  return files.length === 0 ? [] : [`staged: ${files.slice(0, 10).join(', ')}`];
}

function undoOf(
  input: Input,
  commit: string,
  branch: string,
  pin: Pin,
  wasStaged: boolean,
): TypedUndo | null {
  const made = (text: string, words: string[], state: TypedUndo['state']): TypedUndo => ({
    text,
    commands: [['git', '-C', String(pin.repository), ...words]],
    state,
  });
  switch (input.verb) {
    case 'commit':
      return made(`git reset --soft ${commit.slice(0, 12)}`, ['reset', '--soft', commit], {
        kind: 'commit',
        commit,
        // What was in the work tree only goes back to there.
        unstage: wasStaged ? [] : input.paths,
      });
    case 'branch':
      return made(`git switch ${branch}`, ['switch', branch], { kind: 'branch', branch });
    case 'add':
      return made('git restore --staged', ['restore', '--staged', '--', ...(input.paths as string[])], {
        kind: 'add',
        paths: input.paths,
      });
    default:
      return null;
  }
}

async function goBack({ text, state }: TypedUndo, pin: Pin, ask: Ask, act: Ask): Promise<Reading> {
  const at = ['git', '-C', String(pin.repository)];
  const now = await head(pin, ask);
  if (isProblem(now)) return { ok: false, detail: now.problem, data: null };
  const run = async (argv: string[]): Promise<Reading> => {
    const ran = await act(argv);
    if (typeof ran === 'string') return { ok: false, detail: ran, data: null };
    const reading = readPlain(ran, text);
    return reading.ok ? reading : { ...reading, detail: `${reading.detail}: ${firstLine(ran)}` };
  };
  if (state.kind === 'branch') {
    if (now.branch === state.branch)
      return { ok: true, detail: `${state.branch} is checked out`, data: null };
    return run([...at, 'switch', String(state.branch)]);
  }
  if (state.kind === 'add') return run([...at, 'restore', '--staged', '--', ...(state.paths as string[])]);
  if (now.commit === state.commit) return { ok: true, detail: 'no commit was made', data: null };
  const parent = await ask([...at, 'rev-parse', 'HEAD^']);
  if (typeof parent === 'string' || parent.output.trim() !== state.commit) {
    return { ok: false, detail: 'somebody else has committed since; it is left as it is', data: null };
  }
  const back = await run([...at, 'reset', '--soft', String(state.commit)]);
  const unstage = state.unstage as string[];
  return back.ok && unstage.length > 0 ? run([...at, 'restore', '--staged', '--', ...unstage]) : back;
}
