import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openSteward } from './open-steward.ts';

/** Takes one key after the other, as editors do, ignores Ctrl+C, and is left with a dot. */
const EDITOR = `#!/bin/bash
trap 'echo interrupted' INT
echo opened
text=
while IFS= read -rsn1 key || (( $? > 128 )); do
  [ "$key" = . ] && break
  text+=$key
  echo "got $text"
done
printf %s "$text" > "$1"
`;

describe('the editor of an operator', () => {
  it('gets each key that is pressed while it is open, Ctrl+C among them, and the prompt gets what it leaves', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'steward-editor-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const editor = join(folder, 'editor');
    writeFileSync(editor, EDITOR);
    chmodSync(editor, 0o700);
    const rig = await openSteward({ env: { VISUAL: editor } });
    await rig.waitForText(/^❯ ask/m);
    rig.press('ctrl+g');
    await rig.waitForText(/^opened/m);
    const text = 'qwertzuiop';
    for (let typed = 1; typed <= text.length; typed++) {
      rig.press(text.charAt(typed - 1));
      await rig.waitForText(`got ${text.slice(0, typed)}`);
    }
    rig.press('ctrl+c');
    await rig.waitForText('interrupted');
    rig.press('.');
    await rig.waitForText(new RegExp(`^❯ ${text}`, 'm'));
    rig.press('x');
    await rig.waitForText(`❯ ${text}x`);
    expect(rig.screen().join('\n')).not.toContain('the text is as it was');
  });
});
