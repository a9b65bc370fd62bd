import { type CommandRow, JSON_OPTION } from './command-row.ts';
import { SETTINGS_OPTIONS } from './option-table.ts';

/** Commands about what is known of the operator's systems. */
export const KNOWING_COMMANDS: CommandRow[] = [
  {
    name: 'state',
    usage:
      'steward state scan [NAME]… | show [QUERY] | validate | diff [A [B]] | at TIME | history | tag TAG [TIME] | restore TIME | export | free --kind vmid|ip|port',
    doc: 'What is known of your systems: look at all of them, ask, go back in time, find what is free',
    options: [
      JSON_OPTION,
      { name: 'kind', type: 'value', hint: 'KIND', doc: 'With free: vmid, ip or port' },
      {
        name: 'host',
        type: 'value',
        hint: 'NAME',
        doc: 'With free --kind port: on this host (default: this machine)',
      },
      ...SETTINGS_OPTIONS,
    ],
    load: async () => (await import('./commands/index.ts')).state,
  },
  {
    name: 'graph',
    usage:
      'steward graph show [NAME] [--format tree|mermaid|json] | check | impact NAME | order start|stop [NAME]',
    doc: 'What depends on what: what stops with it, when it may be restarted, in which order',
    options: [
      { name: 'format', type: 'value', hint: 'FORMAT', doc: 'With show: tree, mermaid or json' },
      { name: 'all', type: 'flag', doc: 'With show: also what nobody has declared' },
      JSON_OPTION,
      ...SETTINGS_OPTIONS,
    ],
    load: async () => (await import('./commands/index.ts')).graph,
  },
  {
    name: 'knowledge',
    usage: 'steward knowledge add [FILE] | search WORDS… | list | stale',
    doc: 'Notes of what was learned: keep one, find one, see which may not hold any more',
    options: [
      { name: 'title', type: 'value', hint: 'TEXT', doc: 'With add: its first line' },
      {
        name: 'applies-to',
        type: 'list',
        hint: 'NAME,…',
        doc: 'With add: the hosts, services or units it is about',
      },
      { name: 'run', type: 'value', hint: 'RUN', doc: 'With add: the run it was learned from' },
      { name: 'confidence', type: 'value', hint: 'HOW', doc: 'With add: low, medium or high' },
      {
        name: 'system',
        type: 'flag',
        doc: 'With add: into /etc/steward/knowledge instead of your own folder',
      },
      { name: 'limit', type: 'value', hint: 'N', doc: 'With search: at most this many' },
      JSON_OPTION,
      ...SETTINGS_OPTIONS,
    ],
    load: async () => (await import('./commands/index.ts')).knowledge,
  },
];
