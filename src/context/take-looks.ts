import { capText } from '../lib/cap.ts';
import { describeAction } from '../protocol/action.ts';
import type { Finding } from '../protocol/finding.ts';
import type { Gate } from '../protocol/gate.ts';
import type { Clock, Processes } from '../protocol/machine.ts';
import type { LookItem } from '../protocol/snapshot.ts';
import type { PlannedLook } from './judge-rules.ts';
import { stateOfProcess } from './probe-state.ts';

export interface LookOptions {
  /** From judgeRules. */
  looks: readonly PlannedLook[];
  gate: Gate;
  processes: Processes;
  clock: Clock;
  cwd: string;
  mask(text: string): string;
  /** Number of the first look-step. Default 1. */
  firstNumber?: number;
  /** Steps at most; those of open findings come first. Default 8. */
  most?: number;
  /** For all of them. Default 10 s; one step gets half. */
  deadlineMs?: number;
  /** Of one step's output. Default 4 KiB. */
  limitBytes?: number;
  signal?: AbortSignal;
}

export interface LooksTaken {
  looks: LookItem[];
  /** As for a snapshot: resolves when nothing of what was started is left. Never rejects. */
  settled: Promise<void>;
}

const PARALLEL = 4;

/**
 * Looks closer at what the rules found: the steps that rules declare, with the finding's values filled in, each judged
 * by the gate like any other command. Only what observes is run. The same command is run once. Resolves within the
 * deadline; a step that is not done by then is there with its reason.
 */
export async function takeLooks(options: LookOptions): Promise<LooksTaken> {
  const { clock } = options;
  const deadlineMs = options.deadlineMs ?? 10_000;
  const planned = choose(options.looks, options.most ?? 8);
  const at = clock.now();
  const looks: LookItem[] = planned.map(({ finding, step }, index) => ({
    id: `L${(options.firstNumber ?? 1) + index}`,
    finding,
    command:
      'argv' in step
        ? options.mask(describeAction({ kind: 'process', argv: step.argv, cwd: options.cwd }))
        : '',
    at,
    ok: false,
    reason: 'argv' in step ? 'deadline' : `refused: ${step.refused}`,
    text: '',
  }));

  const stop = new AbortController();
  const abort = () => stop.abort();
  options.signal?.addEventListener('abort', abort, { once: true });
  if (options.signal?.aborted) abort();
  const queue = planned.flatMap(({ step }, index) => ('argv' in step ? [{ index, argv: step.argv }] : []));
  const work = async () => {
    for (let next = queue.shift(); next !== undefined && !stop.signal.aborted; next = queue.shift()) {
      const item = looks[next.index] as LookItem; // one item was made for each planned step
      const result = await look(item.id, next.argv, options, deadlineMs / 2, stop.signal);
      if (!stop.signal.aborted) looks[next.index] = { ...item, ...result, at: clock.now() };
    }
  };
  const all = Promise.all(Array.from({ length: PARALLEL }, work));
  const isOver = new AbortController();
  const stopped = new Promise<void>((resolve) => stop.signal.addEventListener('abort', () => resolve()));
  try {
    await Promise.race([all, clock.sleep(deadlineMs, isOver.signal), stopped]);
  } finally {
    abort();
    isOver.abort();
    options.signal?.removeEventListener('abort', abort);
  }
  const settled = all.then(
    () => undefined,
    () => undefined,
  );
  return { looks: [...looks], settled };
}

/** Findings that cite what was looked at for them. */
export function citeLooks(findings: readonly Finding[], looks: readonly LookItem[]): Finding[] {
  return findings.map((finding) => {
    const cited = looks.filter((item) => item.finding === finding.id && item.ok).map((item) => item.id);
    return { ...finding, evidence: [...finding.evidence, ...cited] };
  });
}

function choose(looks: readonly PlannedLook[], most: number): PlannedLook[] {
  const ordered = [...looks.filter((l) => l.isOpen), ...looks.filter((l) => !l.isOpen)];
  const commands = new Set<string>();
  const chosen: PlannedLook[] = [];
  for (const planned of ordered) {
    const command = JSON.stringify(planned.step);
    if (commands.has(command) || chosen.length >= most) continue;
    commands.add(command);
    chosen.push(planned);
  }
  return chosen;
}

async function look(
  id: string,
  argv: readonly string[],
  options: LookOptions,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<Pick<LookItem, 'ok' | 'reason' | 'text'>> {
  const limitBytes = options.limitBytes ?? 4096;
  const action = { kind: 'process', argv, cwd: options.cwd } as const;
  const admission = await options.gate.perform({ id, origin: 'look', action }, async (permit, judgement) => {
    if (judgement.effect !== 'observe') {
      const reason = `refused: a look-step may only observe, and this is ${judgement.effect}`;
      return { value: { ok: false, reason, text: '' }, trace: { ok: false, summary: reason } };
    }
    const capture = { limitBytes: limitBytes * 4, merge: true };
    const result = await options.processes.run(permit, { timeoutMs, signal, ...capture });
    const state = stateOfProcess(result, [], timeoutMs);
    // systemctl status says 3 of a stopped unit, and that is what it was asked; the text is kept in any case.
    const hasAnswer = state.status === 'ok' || (result.exitCode !== null && result.stdout.text.trim() !== '');
    const value = { ok: hasAnswer, reason: state.reason, text: options.mask(result.stdout.text) };
    return { value, trace: { ok: hasAnswer, summary: state.reason ?? `exit ${result.exitCode}` } };
  });
  if (admission.kind === 'refused') return { ok: false, reason: `refused: ${admission.reason}`, text: '' };
  const { text, ...rest } = admission.value;
  return { ...rest, text: capText(text, limitBytes).text };
}
