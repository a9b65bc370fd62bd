import type { Change, ChangeStep, ChangeTarget, Expectation } from '../protocol/change.ts';

/** The narrowest name of it; what `{target}` stands for. */
export function nameOf(target: ChangeTarget | null): string {
  return (
    target?.unit ?? target?.path ?? target?.namespace ?? target?.cluster ?? target?.host ?? 'this machine'
  );
}

/** The change with `{target}` filled in. Names were checked to be plain words when they were read. */
export function forTarget(change: Change, target: ChangeTarget | null): Change {
  const name = nameOf(target);
  const fill = (text: string): string => text.replaceAll('{target}', name);
  return {
    ...change,
    preflight: change.preflight.map((item) => fillExpectation(item, fill)),
    apply: change.apply.map((step) => fillStep(step, fill)),
    verify: change.verify.map((item) => fillExpectation(item, fill)),
    rollback: change.rollback === 'auto' ? 'auto' : change.rollback.map((step) => fillStep(step, fill)),
  };
}

type Fill = (text: string) => string;

function fillStep(step: ChangeStep, fill: Fill): ChangeStep {
  switch (step.kind) {
    case 'run':
      return { ...step, line: fill(step.line) };
    case 'edit':
      return { ...step, file: fill(step.file), find: fill(step.find), replace: fill(step.replace) };
    case 'write':
      return { ...step, file: fill(step.file), text: fill(step.text) };
    case 'call':
      return { ...step, input: fillInput(step.input, fill) };
  }
}

function fillExpectation(item: Expectation, fill: Fill): Expectation {
  const { what } = item;
  switch (what.kind) {
    case 'run':
      return { ...item, what: { ...what, line: fill(what.line) } };
    case 'http':
      return { ...item, what: { ...what, url: fill(what.url) } };
    case 'promql':
      return { ...item, what: { ...what, query: fill(what.query) } };
    case 'probe':
      return item;
    case 'call':
      return { ...item, what: { ...what, input: fillInput(what.input, fill) } };
  }
}

function fillInput(input: Record<string, unknown>, fill: Fill): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(input).map(([key, value]) => [key, typeof value === 'string' ? fill(value) : value]),
  );
}
