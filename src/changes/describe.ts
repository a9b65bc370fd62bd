import type { ChangePhase, Expectation } from '../protocol/change.ts';
import type { TargetWork } from './plan.ts';
import type { BackStep } from './way-back.ts';

/** A step in words, unmasked. */
export function textOf(target: TargetWork, phase: ChangePhase, index: number): string {
  switch (phase) {
    case 'check':
      return 'the files as they will be';
    case 'preflight':
      return describeCheck(target.preflight[index]);
    case 'keep':
      return index === 0 ? 'the state of units is kept' : 'a timer is armed that brings the old state back';
    case 'apply':
      return target.steps[index]?.text ?? '';
    case 'baseline':
    case 'verify':
      return describeCheck(target.verify[index]);
    case 'confirm':
      return 'what was verified is made to last';
    case 'rollback':
      return describeBack(target.back[index]);
    case 'verify-rollback':
      return index === 0 ? 'files and units are as before' : describeCheck(target.verify[index - 1]);
  }
}

function describeCheck(expectation: Expectation | undefined): string {
  if (expectation === undefined) return '';
  const { what, expect } = expectation;
  const asked =
    what.kind === 'run'
      ? what.line
      : what.kind === 'http'
        ? what.url
        : what.kind === 'promql'
          ? what.query
          : what.kind === 'probe'
            ? `probe ${what.probe}`
            : what.tool;
  return `${asked} → ${expect}`;
}

export function describeBack(step: BackStep | undefined): string {
  switch (step?.kind) {
    case undefined:
      return '';
    case 'restore':
      return `put ${step.file.path} back`;
    case 'put':
      return `write ${step.file}`;
    case 'folder':
      return `remove ${step.path} again, unless it was there before or something is in it`;
    case 'unit':
      return `bring ${step.unit} back to the state it had`;
    case 'again':
      return step.line;
    case 'call':
      return step.work.text;
    case 'typed':
      return step.work.undo?.text ?? step.work.text;
    case 'do':
      return step.text;
  }
}
