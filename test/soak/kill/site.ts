import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { goalPlan, promptPlan } from './plans.ts';
import type { PlannedTurn } from './scripted-model.ts';

export type Scenario = 'prompt' | 'goal';

/** One run of the campaign: a machine's worth of folders, and the words that start it and go on with it. */
export interface Site {
  scenario: Scenario;
  run: string;
  work: string;
  log: string;
  state: string;
  env: Record<string, string>;
  plan: PlannedTurn[];
  start: string[];
  resume: string[];
}

const FLAGS = ['--permission-mode', 'acceptEdits', '--allowedTools', 'Bash(mkdir *),Bash(tee -a *)'];

export function makeSite(
  folder: string,
  scenario: Scenario,
  number: number,
  server: { url: string; cache: string },
): Site {
  const root = join(folder, `site-${number}`);
  const work = join(root, 'work');
  const state = join(root, 'state');
  const home = join(root, 'home');
  const run = `${String(number).padStart(8, '0')}-0000-4000-8000-000000000000`;
  for (const path of [work, state, home]) mkdirSync(path, { recursive: true });
  execFileSync('git', ['init', '-q', work]);
  writeFileSync(join(work, 'journal.md'), '# Journal\n(end)\n');
  writeFileSync(join(work, 'big'), Array.from({ length: 9000 }, (_, line) => `line ${line}\n`).join(''));
  if (scenario === 'goal') configure(home, state, work, server.url);
  const task = `Work through the plan. workdir=${work} plan=${scenario}`;
  return {
    scenario,
    run,
    work,
    state,
    log: join(state, 'runs', `${run}.jsonl`),
    env: {
      HOME: home,
      PATH: process.env.PATH ?? '',
      TZ: 'UTC',
      XDG_CACHE_HOME: server.cache,
      STEWARD_STATE_DIR: state,
      ANTHROPIC_API_KEY: 'sk-campaign-0123456789',
      ANTHROPIC_BASE_URL: server.url,
    },
    plan: scenario === 'goal' ? goalPlan({ work }) : promptPlan({ work }),
    start: [...(scenario === 'goal' ? ['run', 'mend'] : ['-p', task]), '--session-id', run, ...FLAGS],
    resume: ['-p', '--resume', run, ...FLAGS],
  };
}

/** A goal of the user's own with a probe that finds something, a model with little room, and a memory that is damaged. */
function configure(home: string, state: string, work: string, url: string): void {
  const config = join(home, '.config/steward');
  const write = (name: string, lines: string[]) => {
    mkdirSync(join(config, name, '..'), { recursive: true });
    writeFileSync(join(config, name), `${lines.join('\n')}\n`);
  };
  write('steward.yaml', [
    'autonomy: reversible',
    'model: soak/scripted',
    'providers:',
    '  soak:',
    '    kind: anthropic',
    `    base_url: ${url}`,
    '    api_key_env: ANTHROPIC_API_KEY',
    '    place: local',
    '    context_tokens: 32000',
    '    max_output_tokens: 1000',
  ]);
  write('context/flag.yaml', [
    'describe: Whether the flag is there',
    'core: true',
    `run: [ls, ${work}]`,
    'parse: lines',
    'facts:',
    '  has_flag: size(output.filter(l, l == "flag")) > 0',
    'limit: 1KiB',
    'timeout: 10s',
    'rules:',
    '  - id: flag-missing',
    '    when: "!has_flag"',
    '    severity: warning',
    '    class: safe',
    '    cooldown: 6h',
    '    say: The flag is missing',
    `    look: [[stat, -c, '%F', ${work}]]`,
    '    examples:',
    '      - { facts: { has_flag: false }, finds: [host] }',
    '      - { facts: { has_flag: true }, finds: [] }',
  ]);
  write('goals/mend.md', [
    '---',
    'description: See to it that the flag is there.',
    'probes: [flag]',
    'tools: [Bash, Read]',
    'autonomy: reversible',
    'gate: findings',
    'done:',
    '  - { probe: flag, expect: has_flag }',
    '---',
    `Work through the plan. workdir=${work} plan=goal`,
  ]);
  writeFileSync(join(state, 'findings.json'), 'cut off in the mid');
}

/** What is not there exactly once, of all that the plan leaves behind. */
export function miscounted({ plan }: Site): string[] {
  return plan
    .flatMap(({ tasks }) => tasks)
    .flatMap(({ trace }) => {
      if (trace === undefined || trace.line === null) return [];
      const { path, line } = trace;
      const times = countLines(path, line);
      return times === 1 ? [] : [`${line} is ${times} times in ${path}`];
    });
}

function countLines(path: string, line: string): number {
  try {
    return readFileSync(path, 'utf8')
      .split('\n')
      .filter((one) => one === line).length;
  } catch {
    // No file: the line is there 0 times.
    return 0;
  }
}
