export { type Approvals, createApprovals } from './approval-store.ts';
export type { Proposal, Refusal } from './transitions.ts';
