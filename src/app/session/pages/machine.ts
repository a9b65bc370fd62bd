import { formatDuration } from '../../../lib/duration.ts';
import type { Panel, Status } from '../../client.ts';
import type { Diagnosis } from '../../doctor/doctor.ts';
import { describeIsolation } from '../../doctor/doctor-text.ts';
import { listFindings } from '../../looking/findings.ts';
import type { World } from '../../world.ts';
import type { Session } from '../session.ts';
import { block, code, facts, localTime, page, table } from './markdown.ts';

/** What is wrong now, and what rules have found on this host before. */
export async function findingsPage(world: World, panel: Panel): Promise<string> {
  const now = world.clock.now();
  const ago = (at: number): string => `${formatDuration(Math.max(0, now - at))} ago`;
  const known = await listFindings(world);
  const { findings, probes, at } = panel;
  const seen =
    at === null
      ? 'Nobody has looked yet in this session: `/snapshot` does.'
      : `Looked ${ago(at)}: ${probes.ok} probe${probes.ok === 1 ? '' : 's'} answered${probes.broken === 0 ? '' : `, **${probes.broken} did not**`}${probes.notConfigured === 0 ? '' : `, ${probes.notConfigured} not configured here`}.`;
  const nowRows = findings.map(({ severity, text, state, since }) => [severity, text, state, ago(since)]);
  return page(
    '# Findings',
    seen,
    panel.problem === null ? null : `Problem: ${panel.problem}`,
    findings.length === 0
      ? at === null
        ? null
        : 'Nothing wrong by the rules of these probes.'
      : table(['Severity', 'What', 'State', 'Since'], nowRows),
    known.length === 0
      ? null
      : `## Known from runs\n\n${table(
          ['', 'Severity', 'Name', 'First seen', 'Muted until'],
          known.map(({ key, severity, since, goneAt, mutedUntil }) => [
            goneAt === null ? 'stands' : 'gone',
            severity,
            code(key),
            ago(since),
            mutedUntil === null ? '' : localTime(mutedUntil),
          ]),
        )}`,
    known.length === 0 ? null : '`steward findings mute NAME --for 2d` keeps one quiet; it is still found.',
  );
}

/** What is configured, reachable and missing. */
export function doctorPage({ model, isolation, level, state, settings, probes, notices }: Diagnosis): string {
  const endpoint = model.endpoint === null ? '' : ` at ${model.endpoint}`;
  return page(
    '# Doctor',
    facts([
      ['Level of help', level],
      ['Model', `${model.name ?? 'none'}${endpoint}: ${model.detail}`],
      ['Isolation', describeIsolation(isolation)],
      [
        'State',
        `${state.location}${state.kind === 'memory' ? ' (in memory: nothing is kept, only looking)' : ''}`,
      ],
      ['Settings', settings.length === 0 ? 'defaults' : settings.join(', ')],
    ]),
    `## Probes\n\n${table(
      ['Probe', 'Status', 'Why'],
      probes.map(({ name, status, reason }) => [name, status, reason ?? '']),
    )}`,
    notices.length === 0 ? null : `## Notes\n\n${notices.map((notice) => `- ${notice}`).join('\n')}`,
  );
}

/** This session in one look. */
export function statusPage(session: Session, world: World, status: Status | null): string {
  const { options, state } = session;
  const { settings, store, host, loaded, isolation } = world;
  return page(
    '# Status',
    facts([
      ['steward', options.version],
      ['Host', `${host.hostname} (machine ${host.machine}), ${host.kernel}, as ${host.user}`],
      ['Folder', options.cwd],
      [
        'Run',
        state.run === null ? 'none yet' : `${state.runName === null ? '' : `${state.runName}, `}${state.run}`,
      ],
      ['Model', modelOf(status)],
      ['Mode', state.mode],
      ['Autonomy of goals', settings.autonomy],
      ['Isolation', isolation.known],
      ['State', `${store.location}${store.kind === 'memory' ? ' (in memory: nothing is kept)' : ''}`],
      ['Settings', loaded.sources.length === 0 ? 'defaults' : loaded.sources.join(', ')],
    ]),
    world.notices.length === 0 ? null : block(world.notices.join('\n')),
  );
}

function modelOf(status: Status | null): string {
  if (status?.model != null) {
    const { name, place } = status.model;
    return `${name}, ${place === 'cloud' ? 'in the cloud' : 'on your own machines'}`;
  }
  return `none${status?.modelMissing == null ? '' : `: ${status.modelMissing}`}`;
}
