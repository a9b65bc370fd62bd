/** One system call as strace -f shows it; `from` and `to` are line numbers: when it began and when it had ended. */
export interface SystemCall {
  pid: number;
  name: string;
  /** As printed, strings escaped. */
  args: string;
  /** `0`, `23`, `-1 ENOENT (…)`; null when the process did not live to see it. */
  result: string | null;
  from: number;
  to: number;
}

const WHOLE = /^(\d+) +(\w+)\((.*)\) += (.+)$/;
const BEGUN = /^(\d+) +(\w+)\((.*) <unfinished \.\.\.>$/;
const RESUMED = /^(\d+) +<\.\.\. (\w+) resumed>(.*)\) += (.+)$/;

/** What another process did in between splits a call into two lines. Signals and exits are left out. */
export function readStrace(text: string): SystemCall[] {
  const calls: SystemCall[] = [];
  const open = new Map<string, SystemCall>();
  for (const [index, line] of text.split('\n').entries()) {
    const [, pid = '', name = '', args = '', result = ''] =
      WHOLE.exec(line) ?? BEGUN.exec(line) ?? RESUMED.exec(line) ?? [];
    if (name === '') continue;
    if (RESUMED.test(line)) {
      const begun = open.get(`${pid} ${name}`);
      if (begun === undefined) throw new Error(`line ${index + 1} ends a call that never began: ${line}`);
      open.delete(`${pid} ${name}`);
      Object.assign(begun, { args: begun.args + args, result, to: index });
      continue;
    }
    const isBegun = BEGUN.test(line) && !WHOLE.test(line);
    const to = isBegun ? Number.POSITIVE_INFINITY : index;
    const call = { pid: Number(pid), name, args, result: isBegun ? null : result, from: index, to };
    calls.push(call);
    if (isBegun) open.set(`${pid} ${name}`, call);
  }
  return calls;
}
