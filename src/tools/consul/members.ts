import type { Reading } from '../../protocol/typed-call.ts';

/**
 * What `consul members` prints, and what it means for the quorum: a server that failed still counts until it is removed,
 * one that has left does not.
 */
export function readMembers(output: string): Reading {
  const [head = '', ...lines] = output.trim().split('\n');
  const columns = head.trim().split(/\s{2,}|\t/);
  const members = lines.map((line) => {
    const values = line.trim().split(/\s{2,}|\t/);
    const value = (name: string): string => values[columns.indexOf(name)] ?? '';
    return { node: value('Node'), status: value('Status'), type: value('Type'), dc: value('DC') };
  });
  const servers = members.filter(({ type, status }) => type === 'server' && status !== 'left');
  const alive = servers.filter(({ status }) => status === 'alive').length;
  const quorum = Math.floor(servers.length / 2) + 1;
  return {
    ok: true,
    detail: `${alive} of ${servers.length} servers are alive, a quorum takes ${quorum}`,
    data: { members, servers: servers.length, alive, quorum, canLose: alive - quorum },
  };
}
