import { row } from './setting-row.ts';
import { count, duration, list, map, orNull, record, text, url, weekWindow } from './value-type.ts';

/** What `steward serve` takes in, and what it makes of it. */
export const INCIDENT_ROWS = {
  'intake.sources': row(
    list(text()),
    [],
    'append',
    'never',
    null,
    'The only sources that `steward serve` takes deliveries from: names in the address they are sent to. Empty: any.',
  ),
  'intake.timestamp_header': row(
    orNull(text('the name of a header', { pattern: /^[\w-]+$/, example: 'X-Grafana-Alerting-Timestamp' })),
    null,
    'replace',
    'never',
    null,
    'The header into which Grafana puts the time that it signs; without it the signature is over the body alone.',
  ),
  'intake.alertmanagers': row(
    map(
      record(
        { url: url() },
        { token: text('the name of a variable or a credential', { pattern: /^[\w.-]+$/ }) },
      ),
    ),
    {},
    'by-name',
    'never',
    null,
    'Where the Alertmanager of a source answers, by the name of the source, and what holds the bearer token for it. It is asked before a run whether the alerts still fire and are not silenced, and for those that `max_alerts` left out.',
  ),
  'incidents.hosts': row(
    map(text('the name of a machine', { pattern: /^[\w.:-]+$/ })),
    {},
    'by-name',
    'never',
    null,
    'What senders call a machine (`10.0.0.7`, `exporter:9100`) → its name, so that all that is said of one unit, mount or address is one incident. Without it `localhost` is this machine.',
  ),
  'incidents.heartbeats': row(
    list(text()),
    ['Watchdog', 'DeadMansSwitch'],
    'replace',
    'never',
    null,
    'Alerts that must fire at all times: that one does not come any more is the incident.',
  ),
  'incidents.heartbeat_timeout': row(
    orNull(duration()),
    null,
    'replace',
    'never',
    null,
    'How long a heartbeat may be silent. Without it: twice the longest time between its last beats.',
  ),
  'incidents.expire_after': row(
    duration(),
    26 * 60 * 60 * 1000,
    'replace',
    'never',
    null,
    'An alert of which nobody said anything for this long has ended. It should be longer than every `repeat_interval`.',
  ),
  'incidents.cooldown': row(
    duration(),
    60 * 60 * 1000,
    'replace',
    'never',
    null,
    'Between two runs for the same alert on the same machines.',
  ),
  'incidents.rules': row(
    list(
      record({ match: map(text()) }, { goal: text('the name of a goal, or `none`'), cooldown: duration() }),
    ),
    [],
    'append',
    'never',
    null,
    'What is done about alerts, without a model: labels that one alert has to have (`*` in a value stands for anything), the goal of the run, or `none` for no run, and the cooldown. The first that matches counts; without one it is the goal `incident`.',
  ),
  'incidents.quiet_hours': row(
    list(weekWindow()),
    [],
    'append',
    'never',
    null,
    'Hours in which only what is `critical` or `page` begins a run; the rest waits for their end.',
  ),
  'incidents.maintenance': row(
    list(record({ match: map(text()), during: weekWindow() }, {})),
    [],
    'append',
    'never',
    null,
    'Windows in which what has these labels begins no run. For one that is not planned: `steward hands-off TARGET --for 2h`.',
  ),
  'incidents.runs_per_hour': row(
    count(),
    12,
    'replace',
    'never',
    null,
    'Runs that `steward serve` begins in an hour, at most.',
  ),
};
