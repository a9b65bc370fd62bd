import { editText } from '../../host/index.ts';
import type { Session } from './session.ts';

const FALLBACK = 'vi';

/** In `$VISUAL`, else `$EDITOR`, else vi. The caller has given up the terminal. */
export function editPrompt({ options }: Session, text: string): Promise<string> {
  const { env, cwd } = options;
  const editor = env.VISUAL?.trim() || env.EDITOR?.trim() || FALLBACK;
  return editText(text, { editor, env, cwd });
}
