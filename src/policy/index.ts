export { checkLine, type LineCheck } from './check.ts';
export { compileSpecs } from './compile.ts';
export { createPolicy, type Policy, type PolicyOptions, type World } from './policy.ts';
export { type PermissionRule, type PermissionRules, parsePermissionRule } from './rules.ts';
export { bookOf, openSpecs, type PackedSpecs, packSpecs, type SpecBook } from './spec-book.ts';
