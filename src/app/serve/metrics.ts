import { INCIDENT_STATES, type IncidentBook } from '../../protocol/incident.ts';
import type { Standing } from './standing.ts';

/** What Prometheus reads of `steward serve`: counts, names of goals, and no name that anybody sent. */
export interface Metrics {
  countRequest(intake: string, status: number): void;
  observeAck(ms: number): void;
  countRun(what: 'started' | 'ended'): void;
  text(): string;
}

export interface MetricSources {
  book(): IncidentBook;
  spool(): { files: number; bytes: number };
  standing(): Standing;
  /** Milliseconds since the epoch. */
  startedAt: number;
  version: string;
}

const ACK_BUCKETS_S = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];

export function createMetrics(sources: MetricSources): Metrics {
  const requests = new Map<string, number>();
  const buckets = ACK_BUCKETS_S.map(() => 0);
  const runs = { started: 0, ended: 0 };
  let acks = 0;
  let ackSeconds = 0;

  return {
    countRequest(intake, status) {
      const labels = `intake="${intake}",code="${status}"`;
      requests.set(labels, (requests.get(labels) ?? 0) + 1);
    },
    observeAck(ms) {
      acks += 1;
      ackSeconds += ms / 1_000;
      for (const [index, bound] of ACK_BUCKETS_S.entries()) {
        if (ms / 1_000 <= bound) buckets[index] = (buckets[index] ?? 0) + 1;
      }
    },
    countRun(what) {
      runs[what] += 1;
    },
    text() {
      const incidents = [...sources.book().incidents.values()];
      const { files, bytes } = sources.spool();
      const { goals, usdToday, usdMonth, parked, denials } = sources.standing();
      const beats = [...sources.book().heartbeats.values()];
      return [
        metric('steward_build_info', 'gauge', 'Version of steward.', [[`version="${sources.version}"`, 1]]),
        metric('steward_start_time_seconds', 'gauge', 'When this process started.', [
          ['', sources.startedAt / 1_000],
        ]),
        metric('steward_intake_requests_total', 'counter', 'Answers to deliveries, by intake and status.', [
          ...requests,
        ]),
        metric('steward_intake_ack_seconds', 'histogram', 'From the whole body to its place on disk.', [
          ...ACK_BUCKETS_S.map((bound, index) => [`le="${bound}"`, buckets[index] ?? 0, '_bucket'] as const),
          ['le="+Inf"', acks, '_bucket'] as const,
          ['', ackSeconds, '_sum'] as const,
          ['', acks, '_count'] as const,
        ]),
        metric(
          'steward_spool_files',
          'gauge',
          'Files of deliveries that were taken in and not worked on yet.',
          [['', files]],
        ),
        metric('steward_spool_bytes', 'gauge', 'Their size.', [['', bytes]]),
        metric(
          'steward_incidents',
          'gauge',
          'Incidents by state.',
          INCIDENT_STATES.map((state) => [
            `state="${state}"`,
            incidents.filter((one) => one.state === state).length,
          ]),
        ),
        metric('steward_incident_deliveries', 'gauge', 'Deliveries of the incidents that are kept.', [
          ['', sum(incidents.map(({ deliveries }) => deliveries))],
        ]),
        metric('steward_incident_duplicates', 'gauge', 'Those of them that said nothing new.', [
          ['', sum(incidents.map(({ duplicates }) => duplicates))],
        ]),
        metric(
          'steward_heartbeat_last_seconds',
          'gauge',
          'When the heartbeat came that was silent for longest.',
          [['', beats.length === 0 ? 0 : Math.min(...beats.map(({ lastBeatAt }) => lastBeatAt)) / 1_000]],
        ),
        metric(
          'steward_goal_last_run_timestamp_seconds',
          'gauge',
          'When the last run of the goal began.',
          goals.map(({ goal, lastRunAt }) => [`goal="${goal}"`, lastRunAt / 1_000]),
        ),
        metric(
          'steward_goal_last_success_timestamp_seconds',
          'gauge',
          'When a run of the goal last came to an answer, good or bad. 0: never.',
          goals.map(({ goal, lastSuccessAt }) => [`goal="${goal}"`, (lastSuccessAt ?? 0) / 1_000]),
        ),
        metric('steward_spent_dollars', 'gauge', 'What runs of this day and month have cost.', [
          ['period="day"', usdToday],
          ['period="month"', usdMonth],
        ]),
        metric('steward_approvals_waiting', 'gauge', 'Changes that wait for somebody.', [['', parked]]),
        metric('steward_denials', 'gauge', 'Steps that were refused, in runs whose logs are kept.', [
          ['', denials],
        ]),
        metric('steward_runs_started_total', 'counter', 'Runs begun for incidents.', [['', runs.started]]),
        metric('steward_runs_ended_total', 'counter', 'Those of them that ended.', [['', runs.ended]]),
      ].join('');
    },
  };
}

type Sample = readonly [labels: string, value: number, suffix?: string];

function metric(name: string, type: string, help: string, samples: readonly Sample[]): string {
  if (samples.length === 0) return '';
  const lines = samples.map(([labels, value, suffix = '']) =>
    labels === '' ? `${name}${suffix} ${value}` : `${name}${suffix}{${labels}} ${value}`,
  );
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.map((line) => `${line}\n`).join('')}`;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
