import { expect, test } from 'vitest';
import { nearest } from '../../src/lib/nearest.ts';

const KNOWN = ['health-check', 'incident', 'proactive', 'model', 'limits'];

test.each([
  ['healthcheck', 'health-check'],
  ['Incident', 'incident'],
  ['modle', 'model'],
  ['limit', 'limits'],
])('%s was meant to be %s', (name, meant) => {
  expect(nearest(name, KNOWN)).toBe(meant);
});

test.each(['', 'x', 'permissions', 'a-name-far-longer-than-any-known-one'])(
  '%j is near to nothing',
  (name) => {
    expect(nearest(name, KNOWN)).toBeUndefined();
  },
);
