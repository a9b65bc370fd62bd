import type { Action } from '../protocol/action.ts';
import type { Lesson, TypedWork } from '../protocol/typed-call.ts';
import { asking, LOOK_TIMEOUT_MS } from './call-aids.ts';
import type { Looked } from './expectations.ts';
import type { ChangePorts } from './ports.ts';

const ACT_TIMEOUT_MS = 600_000;

/** Its target is compared once more, then it is made, and its exit status read for what it means. */
export async function runCall(
  step: string,
  action: Action,
  work: TypedWork,
  ports: ChangePorts,
): Promise<Looked & { lesson?: Lesson | null }> {
  const moved = await ports.typed.moved(work, asking(`${step}.target`, ports, LOOK_TIMEOUT_MS));
  if (moved !== null) return { ok: false, detail: moved };
  if (action.kind !== 'process') throw new Error(`${step} is a call of no program`);
  const ran = await asking(step, ports, ACT_TIMEOUT_MS, action)(action.argv);
  if (typeof ran === 'string') return { ok: false, detail: ran };
  const reading = ports.typed.read(work, ran);
  const { ok, detail } = reading;
  const lesson = await ports.typed.learn(work, reading, asking(`${step}.learn`, ports, LOOK_TIMEOUT_MS));
  const said = `${ran.error.trim()}\n${ran.output.trim()}`.trim().split('\n').slice(-3).join('\n');
  return { ok, detail: ok || said === '' ? detail : `${detail}: ${said}`, lesson };
}

export async function callBack(step: string, work: TypedWork, ports: ChangePorts): Promise<Looked> {
  const ask = asking(`${step}.look`, ports, LOOK_TIMEOUT_MS);
  const moved = await ports.typed.moved(work, ask);
  if (moved !== null) return { ok: false, detail: moved };
  const { ok, detail } = await ports.typed.goBack(work, ask, asking(step, ports, ACT_TIMEOUT_MS));
  return { ok, detail };
}
