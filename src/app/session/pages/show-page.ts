import { readRun } from '../../../runs/index.ts';
import type { PageName, Panel, RunOption, Status } from '../../client.ts';
import { diagnose } from '../../doctor/doctor.ts';
import { createPolicing } from '../../policy/policing.ts';
import { checkPolicyLine } from '../../policy/policy-check.ts';
import { explainOwn } from '../judge-own.ts';
import type { Session } from '../session.ts';
import { goalsPage, memoryPage, runsPage, toolsPage, usage } from './known.ts';
import { doctorPage, findingsPage, statusPage } from './machine.ts';
import { block, page } from './markdown.ts';
import { costPage } from './money.ts';
import { permissionsPage } from './rules.ts';
import { contextPage, reportPage } from './talk.ts';

export interface PageSources {
  approvals(wanted: string): Promise<string>;
  panel(): Panel;
  runs(query: { text: string; limit: number }): Promise<RunOption[]>;
  /** As the screen was told last. */
  status(): Status | null;
  signal: AbortSignal;
}

const RUNS = 20;

/** The text of a command's page, as Markdown, masked. */
export async function showPage(
  session: Session,
  sources: PageSources,
  name: PageName,
  argument: string,
): Promise<string> {
  const world = await session.world();
  return world.masker.mask(await write());

  async function write(): Promise<string> {
    switch (name) {
      case 'approvals':
        return sources.approvals(argument);
      case 'context':
        return contextPage(await linesOfRun(), sources.status()?.context ?? null);
      case 'cost':
        return costPage(
          world,
          (await linesOfRun()).map(({ event }) => event),
        );
      case 'doctor':
        return doctorPage(await diagnose(world, session.state.model, sources.signal));
      case 'findings':
        return findingsPage(world, sources.panel());
      case 'goals':
        return goalsPage(world);
      case 'memory':
        return memoryPage(session, world);
      case 'permissions':
        return permissionsPage(session, world);
      case 'policy':
        return policyPage(argument);
      case 'report':
        return reportPage(await linesOfRun(), world);
      case 'runs':
        return runsPage(await sources.runs({ text: argument, limit: RUNS }));
      case 'status':
        return statusPage(session, world, sources.status());
      case 'tools':
        return toolsPage(session);
    }
  }

  async function linesOfRun() {
    const { run } = session.state;
    return run === null ? [] : (await readRun(world.store, run)).lines;
  }

  /** `explain LINE`, `check LINE`; a bare line is explained. */
  async function policyPage(text: string): Promise<string> {
    const [, verb = 'explain', line = ''] = /^\s*(?:(explain|check)(?:\s+|$))?([\s\S]*)$/.exec(text) ?? [];
    if (line.trim() === '') throw usage('/policy explain LINE, or /policy check LINE');
    if (verb === 'explain') return page(`# Policy`, block(line), block(await explainOwn(session, line)));
    const { allowed, denied } = session.options;
    const rules = [...allowed, ...session.state.rules];
    const policing = await createPolicing(world, {
      mode: session.state.mode,
      allowed: rules,
      denied,
      isAttended: true,
    });
    const { verdict, effect, rule, reason } = checkPolicyLine(policing, line, world.cwd);
    return page('# Policy', block(line), `**${verdict}** (${effect}, \`${rule}\`): ${reason}`);
  }
}
