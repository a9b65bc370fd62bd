import { configFolder } from '../../config/index.ts';
import { OpsError } from '../../lib/ops-error.ts';
import { fileError, parseYaml } from '../../lib/yaml-file.ts';
import { runExamples } from '../../policy/index.ts';
import type { PolicyCase } from '../../protocol/schemas/policy-case.ts';
import type { Verdict } from '../../protocol/verdict.ts';
import { shippedSpecs } from '../shipped.ts';
import type { World } from '../world.ts';
import { createPolicing, type PolicingOptions } from './policing.ts';

export interface PolicyTest {
  /** How many of the specs' own examples, and how many of the operator's cases, were tried. */
  examples: number;
  cases: number;
  files: string[];
  failures: PolicyTestFailure[];
}

export interface PolicyTestFailure {
  place: string;
  line: string;
  expected: PolicyCase['expect'];
  verdict: Verdict;
  rule: string;
  reason: string;
  why: string | null;
}

/**
 * The specs' own examples by themselves, then the operator's cases with the operator's settings and what is on this
 * machine. Without files: those of /etc/steward/policy and of the user's policy folder. OpsError `settings` for a file that is wrong.
 */
export async function testPolicy(
  world: World,
  options: PolicingOptions,
  given: readonly string[],
): Promise<PolicyTest> {
  const examples = runExamples(await shippedSpecs());
  const failures = examples.flatMap(({ source, line, expected, found }): PolicyTestFailure[] => {
    if (found === undefined) return [];
    const { verdict, rule, reason } = found;
    return [{ place: source, line, expected, verdict, rule, reason, why: null }];
  });
  const files = given.length > 0 ? [...given] : await findCaseFiles(world);
  const policing = await createPolicing(world, options);
  let cases = 0;
  for (const file of files) {
    for (const { place, one } of await readCases(world, file)) {
      cases += 1;
      const { verdict, rule, reason } = await policing.judge(policing.policy.toAction(one.cmd, world.cwd));
      if (one.expect === 'not-allow' ? verdict !== 'allow' : verdict === one.expect) continue;
      const why = one.why ?? null;
      failures.push({ place, line: one.cmd, expected: one.expect, verdict, rule, reason, why });
    }
  }
  return { examples: examples.length, cases, files, failures };
}

async function findCaseFiles(world: World): Promise<string[]> {
  const folders = ['/etc/steward/policy', `${configFolder(world.env, world.home)}/policy`];
  const found: string[] = [];
  for (const folder of folders) {
    const names = await world.operatorFiles.list(folder);
    found.push(...names.filter((name) => /\.(?:ya?ml|jsonl)$/.test(name)).map((name) => `${folder}/${name}`));
  }
  return found;
}

async function readCases(world: World, file: string): Promise<{ place: string; one: PolicyCase }[]> {
  const text = await world.operatorFiles.readText(file);
  if (text === undefined) throw new OpsError('no-policy-cases', 'settings', `there is no file ${file}`);
  const { policyCaseFileSchema, policyCaseSchema } = await import('../../protocol/schemas/policy-case.ts');
  if (file.endsWith('.jsonl')) {
    return text.split('\n').flatMap((line, i) => {
      if (line.trim() === '') return [];
      const parsed = policyCaseSchema.safeParse(parseJson(line));
      if (!parsed.success) throw fileError(file, i + 1, describeIssue(parsed.error.issues[0]));
      return [{ place: `${file}:${i + 1}`, one: parsed.data }];
    });
  }
  const yaml = await parseYaml(file, text);
  const parsed = policyCaseFileSchema.safeParse(yaml.value ?? []);
  if (!parsed.success) {
    throw fileError(file, null, 'not a list of cases', CASE_HINT);
  }
  const isBare = Array.isArray(parsed.data);
  const cases = Array.isArray(parsed.data) ? parsed.data : parsed.data.cases;
  return cases.map((one, i) => ({
    place: `${file}:${yaml.lineOf(isBare ? [i] : ['cases', i])}`,
    one,
  }));
}

const CASE_HINT =
  'Each case is { cmd: "df -h", expect: allow }, with expect one of allow, not-allow, ask, deny.';

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    // The schema then says what it should have been.
    return undefined;
  }
}

function describeIssue(issue: { path: PropertyKey[]; message: string } | undefined): string {
  return `not a case: ${issue?.path.map(String).join('.') ?? ''} ${issue?.message ?? ''}. ${CASE_HINT}`;
}
