import { counted } from '../../lib/counted.ts';
import { jsonLine } from '../../lib/json-line.ts';
import { OpsError } from '../../lib/ops-error.ts';
import type { CommandCall } from '../command-call.ts';
import { worldOf } from '../open-world.ts';

const USAGE = 'steward graph show [NAME] | check | impact NAME | order start|stop [NAME]';

/** `steward graph …`: what depends on what. Its parts are loaded only here. */
export async function run(call: CommandCall): Promise<number> {
  const [verb = 'show', ...words] = call.args.positionals;
  switch (verb) {
    case 'show':
      return show(call, words);
    case 'check':
      return check(call);
    case 'impact':
      return impact(call, words);
    case 'order':
      return order(call, words);
    default:
      throw new OpsError('usage', 'usage', USAGE);
  }
}

async function open(call: CommandCall) {
  const world = await worldOf(call);
  const tools = await import('../../app/graph/show-graph.ts');
  return { world, tools, graph: await tools.loadGraph(world) };
}

async function show(call: CommandCall, [name, ...rest]: readonly string[]): Promise<number> {
  const format = call.args.has('json') ? 'json' : (call.args.value('format') ?? 'tree');
  if (rest.length > 0 || !['tree', 'mermaid', 'json'].includes(format)) {
    throw new OpsError('usage', 'usage', 'steward graph show [NAME] [--format tree|mermaid|json]');
  }
  const { world, tools, graph } = await open(call);
  const names = tools.shownNames(graph, name, { all: call.args.has('all'), hostname: world.host.hostname });
  if (format === 'json') {
    const nodes = [...graph.nodes.values()].filter((node) => names.has(node.name));
    const edges = graph.edges.filter(({ from, to }) => names.has(from) && names.has(to));
    await call.streams.out(jsonLine({ nodes, edges, quorums: graph.quorums, notes: graph.notes }));
  } else if (format === 'mermaid') await call.streams.say(tools.drawMermaid(graph, names));
  else if (names.size === 0)
    await call.streams.say(
      'Nothing depends on anything yet: write dependencies.yaml, or steward state scan.\n',
    );
  else await call.streams.say(tools.treeOf(graph, names, name, world.host.hostname));
  for (const note of graph.notes) await call.streams.err(`steward: ${note}\n`);
  return 0;
}

/** A wrong file is an error with its line, so whoever comes this far is told that all is well. */
async function check(call: CommandCall): Promise<number> {
  const { graph } = await open(call);
  const declared = graph.edges.filter(({ kind }) => kind === 'declared').length;
  const counts = {
    nodes: graph.nodes.size,
    declared,
    derived: graph.edges.length - declared,
    quorums: graph.quorums.length,
  };
  if (call.args.has('json')) await call.streams.out(jsonLine({ ok: true, ...counts, notes: graph.notes }));
  else {
    await call.streams.say(
      `No circle, no unknown name: ${counted(counts.nodes, 'thing')}, ${counts.declared} declared and ${counted(counts.derived, 'derived dependency', 'derived dependencies')}, ${counted(counts.quorums, 'quorum')}.\n`,
    );
    for (const note of graph.notes) await call.streams.say(`${note}\n`);
  }
  return 0;
}

async function impact(call: CommandCall, [name, ...rest]: readonly string[]): Promise<number> {
  if (name === undefined || rest.length > 0)
    throw new OpsError('usage', 'usage', 'steward graph impact NAME');
  const { world, tools, graph } = await open(call);
  const answer = tools.describeImpact(world, graph, name);
  if (call.args.has('json')) await call.streams.out(jsonLine(answer.json));
  else await call.streams.say(answer.text);
  return 0;
}

async function order(call: CommandCall, [direction, name, ...rest]: readonly string[]): Promise<number> {
  if ((direction !== 'start' && direction !== 'stop') || rest.length > 0)
    throw new OpsError('usage', 'usage', 'steward graph order start|stop [NAME]');
  const { world, tools, graph } = await open(call);
  const rows = tools.orderRows(graph, direction, name, world.host.hostname);
  if (call.args.has('json')) await call.streams.out(jsonLine({ direction, rows }));
  else
    await call.streams.say(
      rows.map((row, index) => `${String(index + 1).padStart(3)}. ${row.join(', ')}\n`).join(''),
    );
  return 0;
}
