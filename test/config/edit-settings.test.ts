import { describe, expect, it } from 'vitest';
import { editSettings } from '../../src/config/index.ts';

describe('editSettings', () => {
  it('sets what is asked and keeps the rest, with its comments', async () => {
    const text = '# mine\nmodel: old # why\nprobes:\n  disabled: [load]\n';
    const values = [
      [['model'], 'claude-x'],
      [['budgets', 'usd_per_month'], 5],
      [['notify', 'channels', 'phone'], { kind: 'ntfy', topic: 't' }],
    ] as const;
    const after = await editSettings(text, values);
    expect(after).toBe(
      '# mine\nmodel: claude-x # why\nprobes:\n  disabled: [ load ]\nbudgets:\n  usd_per_month: 5\nnotify:\n  channels:\n    phone:\n      kind: ntfy\n      topic: t\n',
    );
    expect(await editSettings(after, values)).toBe(after);
  });

  it('begins a file, takes a value out, and refuses what is no mapping', async () => {
    expect(await editSettings(undefined, [[['model'], 'x']])).toBe('model: x\n');
    expect(await editSettings('model: x\nautonomy: propose\n', [[['model'], undefined]])).toBe(
      'autonomy: propose\n',
    );
    for (const text of ['- a\n', 'a: [\n', 'word\n']) {
      await expect(editSettings(text, [[['model'], 'x']])).rejects.toMatchObject({ reason: 'settings' });
    }
  });
});
