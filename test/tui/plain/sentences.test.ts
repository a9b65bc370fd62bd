import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Flow, hear, hush, STILL } from '../../../src/tui/plain/sentences.ts';

function hearAll(pieces: readonly string[]): string[] {
  let flow: Flow = STILL;
  const said: string[] = [];
  for (const piece of pieces) {
    const heard = hear(flow, piece);
    flow = heard.flow;
    if (heard.said !== '') said.push(heard.said);
  }
  return [...said, hush(flow)].filter((text) => text !== '');
}

describe('text that streams', () => {
  it('is said by sentences', () => {
    expect(hearAll(['The unit fai', 'led. It was ', 'killed (OOM). ', 'Why? Ask'])).toEqual([
      'The unit failed.',
      ' It was killed (OOM).',
      ' Why?',
      ' Ask',
    ]);
  });

  it('does not stop in versions, addresses and names of files', () => {
    expect(hearAll(['nginx 1.24.0 at 10.0.0.7 reads nginx.conf. Done'])).toEqual([
      'nginx 1.24.0 at 10.0.0.7 reads nginx.conf.',
      ' Done',
    ]);
  });

  it('says code by lines, and where it begins and ends', () => {
    expect(hearAll(['Try:\n``', '`bash\nls -l. x', '\n```\nThen `ls`.\n']).join('')).toBe(
      'Try:\nCode, bash:\nls -l. x\nEnd of code.\nThen ls.\n',
    );
  });

  it('leaves out the marks of Markdown that say nothing', () => {
    expect(hearAll(['## Cause\n* **OOM** of `pg`\n']).join('')).toBe('Cause\n- OOM of pg\n');
  });

  it('knows the full stops of Chinese and Japanese', () => {
    expect(hearAll(['ディスクが満杯です。', '確認'])).toEqual(['ディスクが満杯です。', '確認']);
  });

  it('is the same in all, however it is cut', () => {
    const text = fc.array(
      fc.constantFrom('a', '. ', '.', '\n', '```', '`', ' ', '**', '# ', '。', '! ', '```sh\n', 'word'),
      { maxLength: 40 },
    );
    fc.assert(
      fc.property(text, fc.array(fc.nat(6), { maxLength: 60 }), (words, cuts) => {
        const whole = words.join('');
        const pieces: string[] = [];
        let rest = whole;
        for (const cut of cuts) {
          pieces.push(rest.slice(0, cut));
          rest = rest.slice(cut);
        }
        expect(hearAll([...pieces, rest]).join('')).toBe(hearAll([whole]).join(''));
      }),
    );
  });
});
