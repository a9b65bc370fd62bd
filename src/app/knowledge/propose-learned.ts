import type { ProposedNote } from '../../protocol/knowledge.ts';
import type { Recorder } from '../run/recorder.ts';
import type { World } from '../world.ts';

export interface Learning {
  world: World;
  /** Whose change has shown it. */
  run: string;
  recorder: Recorder;
  signal: AbortSignal;
}

/**
 * What a change has shown waits as a note for somebody's yes: each in a run of its own, so that the run that learned it
 * ends as it would have. Not again what is a note already, waits, or was answered. Never rejects: what was done is done.
 */
export async function proposeLearned(learning: Learning, learned: readonly ProposedNote[]): Promise<void> {
  if (learned.length === 0) return;
  const { proposeLesson } = await import('./propose-lesson.ts');
  for (const note of learned) {
    const text = await proposeLesson(learning, note).catch(
      (error: unknown) =>
        `what was learned could not be proposed as a note: ${error instanceof Error ? error.message : String(error)}`,
    );
    if (text !== null) learning.recorder.record({ type: 'notice.given', level: 'warning', text });
  }
}
