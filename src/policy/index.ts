export { checkLine, type LineCheck } from './check.ts';
export { compileSpecs } from './compile.ts';
export { type ExampleResult, runExamples } from './examples.ts';
export type { Explanation, PartExplanation } from './explain.ts';
export type { Note } from './notes.ts';
export { createPolicy, type Policy } from './policy.ts';
export type { PolicyOptions, World } from './policy-options.ts';
export { type PermissionRule, type PermissionRules, parsePermissionRule } from './rules.ts';
export { bookOf, openSpecs, type PackedSpecs, packSpecs, type SpecBook } from './spec-book.ts';
