import { readdirSync, readFileSync } from 'node:fs';
import { monotonicMs } from './monotonic.ts';
import { errorCode } from './state-errors.ts';

/** Between TERM and KILL. */
export const TERM_GRACE_MS = 5_000;
/** After KILL: a process in uninterruptible sleep does not die, and we must not wait for it for ever. */
const KILL_GRACE_MS = 2_000;
/** For what the program left behind to end by itself, such as the `tee` of a process substitution. */
const LINGER_MS = 300;
const POLL_MS = 15;
/** By then whoever waits for a dead process has done so. */
const REAP_MS = 50;
/** Between looks for processes of a sandbox that have not been told to end. */
const TELL_MS = 50;

/** To every process of the group; one that is gone already is no error. */
function signalGroup(group: number, signal: NodeJS.Signals): void {
  signalProcess(-group, signal);
}

/**
 * Ends what is left of a group whose leader has ended: a moment to finish, TERM, 5 s, KILL. Resolves when no living
 * process is left in it (or when one cannot be killed).
 */
export async function endGroup(group: number): Promise<void> {
  if (await isGoneWithin(group, LINGER_MS)) return;
  askToEnd(group);
  if (await isGoneWithin(group, TERM_GRACE_MS)) return;
  signalGroup(group, 'SIGKILL');
  await isGoneWithin(group, KILL_GRACE_MS);
}

/** TERM, 5 s, KILL to a group whose leader runs. Call the returned function once the leader has ended. */
export function terminateGroup(group: number, giveUp: () => void): () => void {
  askToEnd(group);
  let timer = setTimeout(() => {
    signalGroup(group, 'SIGKILL');
    timer = setTimeout(giveUp, KILL_GRACE_MS);
  }, TERM_GRACE_MS);
  return () => clearTimeout(timer);
}

/**
 * The same where the leader is bubblewrap: TERM would end it at once, and with it, by KILL, all that is in the sandbox.
 * So it goes to the others, also to those that come into being meanwhile.
 */
export function terminateInside(group: number, giveUp: () => void): () => void {
  const told = new Set<number>();
  const tell = () => {
    for (const pid of membersOf(group)) {
      if (pid === group || told.has(pid)) continue;
      told.add(pid);
      signalProcess(pid, 'SIGTERM');
      signalProcess(pid, 'SIGCONT');
    }
  };
  tell();
  const poll = setInterval(tell, TELL_MS);
  let timer = setTimeout(() => {
    clearInterval(poll);
    signalGroup(group, 'SIGKILL');
    timer = setTimeout(giveUp, KILL_GRACE_MS);
  }, TERM_GRACE_MS);
  return () => {
    clearInterval(poll);
    clearTimeout(timer);
  };
}

/**
 * Ends processes that left their group but still carry the mark of their call in their environment: TERM, 5 s, KILL.
 * It reads all of /proc, so it is for calls that gave a reason to look.
 */
export async function endStrays(mark: string): Promise<void> {
  const end = monotonicMs() + TERM_GRACE_MS;
  for (const pid of findMarked(mark)) signalProcess(pid, 'SIGTERM');
  for (;;) {
    const left = findMarked(mark);
    if (left.length === 0) return;
    if (monotonicMs() >= end) {
      for (const pid of left) signalProcess(pid, 'SIGKILL');
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

/**
 * For commands that outlived the steward that started them: they get a moment to end by themselves, then TERM and KILL.
 * Gives how many had to be ended.
 */
export async function endMarked(mark: string): Promise<number> {
  const end = monotonicMs() + TERM_GRACE_MS;
  while (findMarked(mark).length > 0 && monotonicMs() < end) {
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  const left = findMarked(mark).length;
  if (left > 0) await endStrays(mark);
  return left;
}

function findMarked(mark: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && isMarked(name, mark))
    .map(Number);
}

function isMarked(pid: string, mark: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0').includes(mark);
  } catch {
    // It ended while we looked, or belongs to somebody else.
    return false;
  }
}

function signalProcess(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    // EPERM: it belongs to somebody else, such as a setuid child of root.
    if (errorCode(error) !== 'ESRCH' && errorCode(error) !== 'EPERM') throw error;
  }
}

/** A stopped process gets no TERM before it goes on. */
function askToEnd(group: number): void {
  signalGroup(group, 'SIGTERM');
  signalGroup(group, 'SIGCONT');
}

async function isGoneWithin(group: number, ms: number): Promise<boolean> {
  const start = monotonicMs();
  const end = start + ms;
  for (let waitMs = 1; ; waitMs = Math.min(2 * waitMs, POLL_MS)) {
    if (isEmpty(group)) return true;
    // The dead whom nobody has waited for still count for kill(2): in a container process 1 may never do so.
    const isLong = monotonicMs() > Math.min(start + REAP_MS, end);
    if (isLong && membersOf(group).length === 0) return true;
    if (monotonicMs() >= end) return false;
    await new Promise((resolve) => setTimeout(resolve, waitMs));
  }
}

function isEmpty(group: number): boolean {
  try {
    process.kill(-group, 0);
    return false;
  } catch (error) {
    return errorCode(error) === 'ESRCH';
  }
}

function membersOf(group: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && isLivingMember(name, group))
    .map(Number);
}

/** proc_pid_stat(5): `pid (comm) state ppid pgrp …`; comm may hold anything, parentheses too. */
function isLivingMember(pid: string, group: number): boolean {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    // It ended while we looked.
    return false;
  }
  const [state, , pgrp] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return pgrp === String(group) && state !== 'Z' && state !== 'X';
}
