import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { AUTONOMIES, PERMISSION_MODES } from '../../../src/protocol/effect.ts';
import { createBoxWithModel, type Input, readLines } from '../steward.ts';
import { bash } from './scene.ts';

/** One of each class; the last two need a person, or more. */
const CALLS = [
  'uname -s',
  'touch made',
  'systemctl restart steward-no-such.service',
  'mkfs.ext4 /dev/no-such-disk',
];
const INPUTS: Input[] = ['null', { pipe: '', isOpen: true }];

describe.each(PERMISSION_MODES)('permission mode %s', (mode) => {
  it.each(AUTONOMIES)(
    'ends with an answer when nobody is there, with autonomy %s and a stdin that stays open or is none',
    async (autonomy) => {
      const seen = await Promise.all(
        INPUTS.map(async (input) => {
          const { box } = await createBoxWithModel([{ toolCalls: CALLS.map(bash) }, { text: 'done' }]);
          const args = ['--permission-mode', mode, '--settings', JSON.stringify({ autonomy })];
          const { code, result } = await box.json(['-p', 'look', ...args], { input });
          const log = readFileSync(
            join(box.home, `.local/state/steward/runs/${result.session_id}.jsonl`),
            'utf8',
          );
          const decisions = readLines(log)
            .map(({ event }) => event as Record<string, unknown>)
            .filter(({ type, origin }) => type === 'step.decided' && origin === 'tool')
            .toSorted((a, b) => String(a.step).localeCompare(String(b.step)))
            .map(({ decision }) => decision);
          return { code, answer: result.result, decisions };
        }),
      );
      const isAllowed = mode === 'bypassPermissions' && (autonomy === 'reversible' || autonomy === 'full');
      const decisions = ['allow', isAllowed ? 'allow' : 'refuse', 'refuse', 'refuse'];
      expect(seen).toEqual(INPUTS.map(() => ({ code: 0, answer: 'done', decisions })));
    },
  );
});
