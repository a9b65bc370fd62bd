import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { approvalIn } from '../approval-id.ts';
import { createBox, PROGRAM } from '../system/steward.ts';
import { openSteward, type StewardRig } from './open-steward.ts';

const CHANGE = `title: Serve on 8080
why: the balancer moved
apply:
  - edit: { file: app.json, find: '80', replace: '8080' }
verify:
  - run: grep -q 8080 app.json
    for: 0s
`;

async function say(rig: StewardRig, text: string): Promise<void> {
  await rig.waitForText('❯ ');
  let typed = '';
  for (const key of text) {
    rig.press(key);
    typed += key;
    // Behind it stands, faint, what the command takes.
    await rig.waitFor((screen) => screen.some((line) => line.startsWith(`❯ ${typed}`.trimEnd())));
  }
  rig.press('enter');
}

const seen = (rig: StewardRig): string => [...rig.scrollback(), ...rig.screen()].join('\n');

describe('what waits for an answer, in a terminal', () => {
  it('is counted below the prompt, shown, and done on a yes to what was shown', async () => {
    const box = createBox();
    const file = join(box.cwd, 'app.json');
    writeFileSync(file, '{"port": 80}\n');
    writeFileSync(join(box.cwd, 'change.yaml'), CHANGE);
    const parked = await box.run(['change', 'run', 'change.yaml']);
    expect(parked.code).toBe(77);
    const id = approvalIn(parked.stderr);
    const rig = await openSteward({ env: box.env, cwd: box.cwd, columns: 120, rows: 40 });
    await rig.waitForText('1 approval waits');
    await say(rig, `/approvals approve ${id}`);
    await rig.waitForText('was not shown here yet');
    await say(rig, '/approvals');
    await rig.waitForText(`/approvals deny ${id}`);
    expect(seen(rig)).toContain('the balancer moved');
    expect(seen(rig)).toContain('undone by: the file is put back as it was');
    await say(rig, `/approvals approve ${id}`);
    await rig.waitForText(/fixed \(0\), run [0-9a-f]{8}/);
    expect(readFileSync(file, 'utf8')).toBe('{"port": 8080}\n');
    await rig.waitFor((screen) => !screen.join('\n').includes('approval waits'));
    const shown = execFileSync(PROGRAM, ['approvals', 'show', id], { env: box.env, encoding: 'utf8' });
    expect(shown).toContain(`${id} is done`);
  });
});
