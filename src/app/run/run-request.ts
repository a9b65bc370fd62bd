import type { Approval, ParkedChange } from '../../protocol/approval.ts';
import type { PermissionMode } from '../../protocol/effect.ts';
import type { RunEvent } from '../../protocol/event.ts';
import type { ModelDelta } from '../../protocol/model.ts';
import type { Trigger } from '../../protocol/trigger.ts';

/** What somebody asks of steward. */
export interface RunRequest {
  goal: string | null;
  /** Parameters of the goal. */
  sets: Record<string, string>;
  /** A person typed them: only then are they words of the operator, and not of whatever started the run. */
  areSetsTyped?: boolean;
  prompt: string | null;
  /** What came through stdin beside the prompt: data. */
  attachment: string | null;
  /** Gathered besides the goal's. */
  probes: string[];
  trigger: Trigger;
  /** Id (or its unique beginning) of the run to go on with; `last` for the newest of this folder. */
  resume: string | null;
  sessionId: string | null;
  model: string | null;
  fallbackModels: string[];
  /** Tool names and permission rules, as typed. */
  allowed: string[];
  denied: string[];
  mode: PermissionMode;
  appendSystemPrompt: string | null;
  outputSchema: Record<string, unknown> | null;
  /** Goes on with a run that left a change for a person: it is carried out before a model is asked again. */
  approved?: ApprovedWork;
}

/** A person asks for nothing yet, of whatever model settings say. */
export function blankRequest(): RunRequest {
  return {
    goal: null,
    sets: {},
    prompt: null,
    attachment: null,
    probes: [],
    trigger: { kind: 'manual', payload: null, parent: null },
    resume: null,
    sessionId: null,
    model: null,
    fallbackModels: [],
    allowed: [],
    denied: [],
    mode: 'default',
    appendSystemPrompt: null,
    outputSchema: null,
  };
}

/** A change that somebody said yes to. */
export interface ApprovedWork {
  approval: Approval;
  work: WorkHere | WorkThere;
  /** What it would mend: findings of the run that asked. Empty: nobody can tell whether it is still wanted. */
  faults: readonly { key: string; probe: string }[];
  /** Digests of what the model was shown last, by probe. */
  shown: ReadonlyMap<string, string>;
}

/** It waited here, and is carried out here. */
export interface WorkHere {
  kind: 'here';
  parked: ParkedChange;
  /** Right before it is carried out; what it throws keeps it from being done. */
  claim?: ((run: string) => Promise<void>) | undefined;
  /** It is not carried out: what it would mend is gone, or the plan is another one by now. */
  onVoid(why: string): void;
}

/** It waited at the executor, which has it carried out, or has done so by now. */
export interface WorkThere {
  kind: 'executor';
  socket: string;
}

/** Whoever follows a run while it works. Called in order; must not throw. */
export interface RunListener {
  /** `seq`: which line of the log it is, counted from 1; null for what is told and not kept. */
  onEvent(event: RunEvent, time: string, seq: number | null): void;
  onDelta(delta: ModelDelta): void;
}

/** How a run ended. The rest is in its events. */
export interface RunEnd {
  /** Empty when the run could not even be opened. */
  run: string;
  /** Last hash of the log; null when nothing was kept. */
  logHead: string | null;
}
