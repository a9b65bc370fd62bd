export {
  ATTACHMENT_LIMIT_BYTES,
  type Background,
  type BuiltPrompt,
  buildPlainPrompt,
  buildPrompt,
  DEFAULT_BUDGET_BYTES,
  type EarlierRun,
  type PromptFacts,
} from './build-prompt.ts';
export { describeSnapshot } from './describe-snapshot.ts';
export { compileFragments } from './fragments.ts';
export type { OperatorNotes } from './operator-notes.ts';
