/**
 * The screen of steward on a program that tells what a long time brings: a day of looking at the machine every minute,
 * then an own command's or a call's output of 50 MB. Says on file descriptor 3 how large the heap is after each part.
 */

import { writeSync } from 'node:fs';
import type { Client, Happening, Panel, Status } from '../../src/app/client.ts';
import { showScreen } from '../../test/fakes/show-screen.ts';

const MINUTES = 24 * 60;
const OUTPUT_BYTES = 50 * 1024 * 1024;
const PIECE_BYTES = 4 * 1024;

declare const gc: () => void;

let tell: (happening: Happening) => void = () => {};
const client = new Proxy({} as Client, {
  get(_, name) {
    if (name === 'follow') {
      return (listener: typeof tell) => {
        tell = listener;
        tell({ kind: 'status', status: status(0, false) });
        return () => {};
      };
    }
    // Whatever else the screen asks for has no answer here, and none is needed.
    return async () => [];
  },
});

function status(minute: number, isWorking: boolean): Status {
  return {
    version: '0.1.0',
    host: 'nuc1',
    user: 'ops',
    cwd: '/srv',
    model: { name: 'scripted', place: 'local' },
    modelMissing: null,
    mode: 'default',
    autonomy: 'reversible',
    isolation: 'none',
    target: null,
    context: { usedTokens: 1_000 + minute, windowTokens: 200_000 },
    usage: { inputTokens: minute, outputTokens: 1, cacheReadTokens: 0, cacheWriteTokens: 0 },
    costUsd: { run: minute / 1000, today: minute / 1000 },
    pendingApprovals: 0,
    paused: null,
    isWorking,
    run: null,
    runName: null,
  };
}

function panel(minute: number): Panel {
  return {
    state: minute % 2 === 0 ? 'looking' : 'ready',
    at: minute * 60_000,
    findings: Array.from({ length: minute % 4 }, (_, i) => ({
      id: `F${i}`,
      key: `disk-full:/${i}`,
      severity: 'warning',
      object: `/${i}`,
      text: `/${i} is ${minute % 100} % full`,
      since: 0,
      state: 'standing',
      isOpen: true,
    })),
    probes: { ok: 12, notConfigured: 2, broken: 0 },
    problem: null,
  };
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

function report(part: string): void {
  gc();
  gc();
  writeSync(3, `${JSON.stringify({ part, heapKib: Math.round(process.memoryUsage().heapUsed / 1024) })}\n`);
}

async function day(from: number): Promise<void> {
  for (let minute = from; minute < from + MINUTES; minute++) {
    tell({ kind: 'panel', panel: panel(minute) });
    tell({ kind: 'status', status: status(minute, false) });
    await pause(1);
  }
  await pause(300);
}

async function output(call: string): Promise<void> {
  const time = '2026-11-21T03:00:00.000Z';
  const command = 'cat big';
  const target = { kind: 'none', name: '' } as const;
  tell({ kind: 'status', status: status(0, true) });
  const told = { step: call, command, effect: 'observe' } as const;
  const decided = {
    type: 'step.decided',
    origin: 'tool',
    target,
    verdict: 'allow',
    decision: 'allow',
  } as const;
  tell({ kind: 'run', event: { ...decided, ...told, rule: 'r', reason: 'r' }, time, seq: 1 });
  tell({ kind: 'run', event: { type: 'step.started', ...told }, time, seq: 2 });
  for (let sent = 0; sent < OUTPUT_BYTES; sent += PIECE_BYTES) {
    tell({ kind: 'output', call, text: `line ${sent}\n`.padStart(PIECE_BYTES, 'x') });
    if (sent % (PIECE_BYTES * 64) === 0) await pause(1);
  }
  const finished = { type: 'call.finished', call, toolUseId: 't', tool: 'Bash', input: { command } } as const;
  const text = 'x'.repeat(16 * 1024);
  tell({ kind: 'run', event: { ...finished, ok: true, text, refused: false, durationMs: 1 }, time, seq: 3 });
  tell({ kind: 'status', status: status(0, false) });
  await pause(300);
}

void showScreen(client);
await pause(500);
// The first of each brings what is made once.
await day(0);
await output('C1');
report('start');
await day(MINUTES);
report('day');
await output('C2');
report('output');
await pause(60_000);
