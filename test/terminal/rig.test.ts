import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openRig } from './open-rig.ts';

const BASH = ['bash', '--norc', '--noprofile'];
const SH = (script: string) => ['bash', '-c', script];
const PROMPT = { env: { PS1: '$ ' } };

describe('the terminal rig', () => {
  it('shows what a shell prints, and types into it', async () => {
    const rig = openRig(BASH, PROMPT);
    await rig.waitForText(/^\$/);
    rig.type('echo "a  b" | tr a x\r');
    await rig.waitFor((screen) => screen[1] === 'x  b' && screen[2] === '$');
    expect(rig.screen().slice(0, 4)).toEqual(['$ echo "a  b" | tr a x', 'x  b', '$', '']);
    expect(rig.cursor()).toEqual({ column: 2, row: 2, isVisible: true });
    rig.press('ctrl+d');
    expect(await rig.ended).toBe(0);
  });

  it('keeps what scrolled away', async () => {
    const rig = openRig(SH('seq 1 1000; read'), { rows: 10 });
    await rig.waitForText('1000');
    expect(rig.scrollback().length + rig.screen().indexOf('1000') + 1).toBe(1000);
    expect(rig.scrollback().slice(0, 3)).toEqual(['1', '2', '3']);
  });

  it('tells colours and attributes of each cell', async () => {
    const rig = openRig(SH("printf '\\e[1;31mbad\\e[0m ok \\e[2;38;2;1;2;3mdim\\e[0m'; read"));
    await rig.waitForText('dim');
    expect(rig.styledRow(0)).toEqual([
      { text: 'bad', style: 'bold fg:1' },
      { text: ' ok ', style: '' },
      { text: 'dim', style: 'dim fg:#010203' },
    ]);
  });

  it('drives a full-screen program and comes back from its screen', async () => {
    const rig = openRig(BASH, PROMPT);
    await rig.waitForText(/^\$/);
    rig.type('seq 1 500 | less; echo left\r');
    await rig.waitFor((screen) => screen[0] === '1' && screen[23]?.startsWith(':') === true);
    expect(rig.modes().isAlternate).toBe(true);
    rig.press('page-down');
    await rig.waitFor((screen) => screen[0] === '24');
    rig.type('G');
    await rig.waitForText('500');
    rig.press('q');
    await rig.waitForText(/^left/m);
    expect(rig.modes().isAlternate).toBe(false);
  });

  it('edits a file in vi', async () => {
    const rig = openRig(BASH, PROMPT);
    await rig.waitForText(/^\$/);
    rig.type('vi -u NONE notes.txt\r');
    await rig.waitForText('notes.txt" [New File]');
    rig.type('ihello wörld');
    await rig.waitFor((screen) => screen[0] === 'hello wörld');
    rig.press('esc');
    rig.type(':wq\r');
    await rig.waitFor(() => !rig.modes().isAlternate);
    rig.type('clear; cat notes.txt\r');
    await rig.waitFor((screen) => screen[0] === 'hello wörld');
  });

  it('answers queries as xterm does', async () => {
    const rig = openRig(
      SH(
        `stty raw -echo; printf 'ab\\e[6n\\e[c\\e]11;?\\e\\\\'; IFS= read -rN 38 all; stty sane; printf '\\r\\n%q\\n' "$all"; read`,
      ),
    );
    await rig.waitForText('1010/1010');
    expect(rig.screen()[1]).toContain('[1;3R');
    expect(rig.screen()[1]).toContain('[?1;2c');
  });

  it('pastes in brackets only where the program asks for it, and tells of focus likewise', async () => {
    const rig = openRig(SH("stty raw -echo; printf '\\e[?2004h\\e[?1004hon '; cat -v"));
    await rig.waitForText('on');
    rig.paste('one\ntwo');
    rig.focus(false);
    await rig.waitForText('on ^[[200~one^Mtwo^[[201~^[[O');
    const plain = openRig(SH("stty raw -echo; printf 'off '; cat -v"));
    await plain.waitForText('off');
    plain.focus(false);
    plain.paste('one\ntwo');
    await plain.waitForText('off one^Mtwo');
  });

  it('tells the program of a new size', async () => {
    const rig = openRig(BASH, PROMPT);
    await rig.waitForText(/^\$/);
    rig.resize(100, 30);
    rig.type('stty size\r');
    await rig.waitForText('30 100');
    expect(rig.screen()).toHaveLength(30);
  });

  it('counts full clears, frames, bells and notifications', async () => {
    const rig = openRig(
      SH(
        "printf '\\e[?2026hx\\e[?2026l\\a\\e[2J\\e[3J\\e[H\\e[J\\e]9;look here\\a\\e]777;notify;a;b\\e\\\\'; echo done; read",
      ),
    );
    await rig.waitForText('done');
    const { frames, bells, fullClears } = rig.counters;
    expect({ frames, bells, fullClears }).toEqual({ frames: 1, bells: 1, fullClears: 2 });
    expect(rig.notifications).toEqual([
      { code: 9, text: 'look here' },
      { code: 777, text: 'notify;a;b' },
    ]);
  });

  it('sees a synchronized frame only when it is whole', async () => {
    const rig = openRig(SH("read; printf '\\e[?2026hhalf'; read; printf ' whole\\e[?2026l'; read"));
    const seen: string[] = [];
    const whole = rig.waitFor((screen) => {
      seen.push(screen.join('\n').trimEnd());
      return /half\s+whole/.test(screen.join('\n'));
    });
    rig.press('enter');
    rig.press('enter');
    await whole;
    expect(seen.filter((line) => line.endsWith('half'))).toEqual([]);
  });

  it('gives wide and joined characters the cells they take', async () => {
    const rig = openRig(SH("printf '漢字|👍|❤️|e\u0301|⏺|'; read"));
    await rig.waitForText('⏺|');
    expect(rig.cursor().column).toBe('aabb|cc|dd|e|f|'.length);
  });

  it('shows what stands in tmux', async () => {
    const rig = openRig(BASH, { ...PROMPT, isInTmux: true });
    await rig.waitForText(/^\$/);
    rig.type('echo "$TERM ${TMUX:+inside}"; stty size\r');
    await rig.waitForText('tmux-256color inside\n24 80');
  });

  it('holds keys and output back on a slow link, in order', async () => {
    const rig = openRig(BASH, { ...PROMPT, latencyMs: 300 });
    await rig.waitForText(/^\$/);
    const start = performance.now();
    rig.press(...'echo abc', 'enter');
    await rig.waitForText(/^abc$/m);
    expect(performance.now() - start).toBeGreaterThanOrEqual(300);
  });

  it('suspends and continues what runs in the foreground', async () => {
    const rig = openRig([...BASH, '-i'], PROMPT);
    await rig.waitForText(/^\$/);
    rig.type('echo up; cat\r');
    await rig.waitForText(/^up$/m);
    rig.type('hello\r');
    await rig.waitForText(/hello\nhello/);
    rig.press('ctrl+z');
    await rig.waitForText('Stopped');
    rig.type('fg\r');
    await rig.waitForText(/\$ fg\n.*cat/);
    rig.type('again\r');
    await rig.waitForText(/again\nagain/);
  });

  it('says how the program ended', async () => {
    expect(await openRig(SH('exit 7')).ended).toBe(7);
    const rig = openRig(SH('echo up; sleep 100'));
    await rig.waitForText('up');
    rig.signal('SIGKILL');
    expect(await rig.ended).toBe(137);
  });

  it('leaves nothing running, however far it went', async () => {
    const rig = openRig(SH('setsid nohup sleep 1000 >/dev/null 2>&1 & echo gone; read'));
    await rig.waitForText('gone');
    await expect.poll(() => rig.leftRunning().length, { timeout: 20_000 }).toBeGreaterThan(1);
    await rig.close();
    expect(rig.leftRunning()).toEqual([]);
  });

  it('leaves nothing running that it has only just begun', async () => {
    for (let time = 0; time < 20; time += 1) {
      const rig = openRig(SH('read'));
      await rig.close();
      expect(await rig.ended).toBe(128 + 9);
    }
  });

  it('says what was on the screen when the awaited thing never came', async () => {
    const rig = openRig(SH('echo something else; read'));
    await rig.waitForText('something');
    await expect(rig.waitForText('awaited', 50)).rejects.toThrow(/awaited[\s\S]*something else/);
  });

  it('sees a file that is longer than a read in the order in which it came', async () => {
    const rig = openRig(BASH, { ...PROMPT, rows: 5 });
    await rig.waitForText(/^\$/);
    const lines = Array.from({ length: 15_000 }, (_, i) => `line ${i} äöü漢`);
    writeFileSync(join(rig.home, 'long.txt'), `${lines.join('\n')}\n`);
    rig.type('clear; cat ~/long.txt; echo end\r');
    await rig.waitForText(/^end$/m);
    const seen = [...rig.scrollback(), ...rig.screen()];
    expect(seen.filter((line) => line.startsWith('line '))).toEqual(lines);
  });
});
