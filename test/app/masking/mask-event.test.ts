import { describe, expect, it } from 'vitest';
import { maskBlock, maskEvent } from '../../../src/app/masking/mask-event.ts';
import { createMasker } from '../../../src/lib/mask.ts';
import { NO_USAGE } from '../../../src/protocol/model.ts';

const masker = createMasker(['hunter2-hunter2'], 'salt');
/** As vendors make them: random base64, here with the form of a provider's key in it. */
const SEAL =
  'anthropic:claude-x:EqQBCgIYAhIM+ghp_0123456789abcdefghijABCDEFGHIJ012345/AKIAIOSFODNN7EXAMPLE==';

describe('a masked event', () => {
  it('keeps the seal of thinking as the vendor made it', () => {
    expect(masker.mask(SEAL)).not.toBe(SEAL);
    const block = { type: 'thinking' as const, text: 'look at the disk', signature: SEAL };
    const event = maskEvent(
      {
        type: 'model.replied',
        turn: 1,
        model: 'm',
        content: [block],
        stopReason: 'end_turn',
        usage: NO_USAGE,
        costUsd: 0,
        durationMs: 1,
        firstTokenMs: 1,
      },
      masker,
    );
    expect(event).toMatchObject({ content: [block] });
  });

  it('drops the seal of thinking that had a secret in it, so that it is not sent again', () => {
    const block = { type: 'thinking' as const, text: 'it is hunter2-hunter2', signature: SEAL };
    expect(maskBlock(block, masker)).toEqual({ type: 'thinking', text: masker.mask(block.text) });
  });

  it('leaves no seal of its own alone in what came from outside', () => {
    const payload = { type: 'thinking', text: '', signature: 'hunter2-hunter2' };
    const event = maskEvent({ type: 'notice.given', level: 'info', text: JSON.stringify(payload) }, masker);
    expect(JSON.stringify(event)).not.toContain('hunter2-hunter2');
    expect(JSON.stringify(masker.maskValue({ payload }))).not.toContain('hunter2-hunter2');
  });

  it('knows arguments of a call by their names', () => {
    const block = {
      type: 'tool_use' as const,
      id: 'a',
      name: 'X',
      input: { password: 'tiger', path: '/etc/hosts' },
    };
    expect(maskBlock(block, masker)).toEqual({
      ...block,
      input: { password: expect.stringMatching(/^\[masked:password:[0-9a-f]{4}\]$/), path: '/etc/hosts' },
    });
  });
});
