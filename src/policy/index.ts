export { checkLine, type LineCheck } from './check.ts';
export { compileSpecs } from './compile.ts';
export { runExamples } from './examples.ts';
export type { Explanation } from './explain.ts';
export type { Note } from './notes.ts';
export { createPolicy, type Policy } from './policy.ts';
export type { World } from './policy-options.ts';
export { parsePermissionRule } from './rules.ts';
export { bookOf, openSpecs, packSpecs, type SpecBook, type SpecIndex } from './spec-book.ts';
