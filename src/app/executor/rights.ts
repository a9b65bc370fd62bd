import type { Approval } from '../../protocol/approval.ts';

/** The user database of this machine, as text; of the network's nothing is known, so nobody there has a right. */
export interface Accounts {
  /** /etc/passwd */
  passwd: string;
  /** /etc/group */
  group: string;
}

/** The planner's user: it proposes, and never answers. */
export const PLANNER = 'steward';

/** `uid 61184` for one that has no entry. */
export function userOf(uid: number, { passwd }: Accounts): string {
  return rowOf(uid, passwd)?.[0] ?? `uid ${uid}`;
}

/** null: they may. Otherwise why not. `approvers` are users, and groups with an `@` in front. */
export function whyNotAnswer(
  uid: number,
  approval: Pick<Approval, 'id' | 'by'>,
  approvers: readonly string[],
  accounts: Accounts,
): string | null {
  const user = userOf(uid, accounts);
  if (approval.by?.uid === uid)
    return `${approval.id} was asked for by ${user}, and nobody answers themselves`;
  if (user === PLANNER) return `${user} proposes, and never answers`;
  const isNamed = approvers.some((name) =>
    name.startsWith('@') ? isMember(uid, user, name.slice(1), accounts) : name === user,
  );
  return isNamed ? null : `${user} is not among those who may answer (${approvers.join(', ')})`;
}

function isMember(uid: number, user: string, wanted: string, { passwd, group }: Accounts): boolean {
  const row = rows(group).find(([name]) => name === wanted);
  if (row === undefined) return false;
  const [, , gid, members = ''] = row;
  return members.split(',').includes(user) || rowOf(uid, passwd)?.[3] === gid;
}

function rowOf(uid: number, passwd: string): string[] | undefined {
  return rows(passwd).find(([, , id]) => id === String(uid));
}

/** passwd(5), group(5): a row a line, colons between. */
function rows(text: string): string[][] {
  return text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => line.split(':'));
}
