import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { markdownRows } from '../../../src/tui/markdown/blocks.ts';
import { createTheme } from '../../../src/tui/theme/theme.ts';
import { frame, textOf, widest } from '../support.ts';

const show = (source: string, columns = 40): string => textOf(markdownRows(source, frame(columns)));

describe('Markdown on a screen', () => {
  it('lays out headings, paragraphs and nested lists', () => {
    const source = `# Disk
The disk is full, and
nobody looked.

1. first
   - inner one, which is too long for a single row
   - inner two
10. tenth
- [x] done
- [ ] not done`;
    expect(show(source)).toBe(`Disk
The disk is full, and
nobody looked.

1. first
   • inner one, which is too long for a
     single row
   • inner two
10. tenth
• [x] done
• [ ] not done`);
  });

  it('lays out quotes, rules and links with their address', () => {
    expect(show('> said\n> twice\n\n---\n\nsee [the book](http://w/x) or http://w/y')).toBe(`│ said
│ twice

────────────────────────────────────────

see the book (http://w/x) or http://w/y`);
  });

  it('keeps code to the letter, breaks long lines and names the language', () => {
    expect(show('```nix\n{ a = 1; }\n\n  services.postgresql.enable = true; # x\n```', 30)).toBe(`  nix
  { a = 1; }

    services.postgresql.enable
   = true; # x`);
  });

  it('shows an unfinished block as what it will be', () => {
    expect(show('```sh\ndf -P')).toBe('  sh\n  df -P');
    expect(show('**half')).toBe('**half');
    expect(show('| a | b |\n| --- | --- |\n| 1')).toBe('a  b\n─  ─\n1');
  });

  it('counts a list that leaves counting to the reader', () => {
    expect(show('1. a\n1. b\n1. c')).toBe('1. a\n2. b\n3. c');
  });

  it('measures letters of two columns and those of none', () => {
    expect(show('日本語ホストは満杯です', 12)).toBe('日本語ホスト\nは満杯です');
    expect(show('| ホスト | a |\n| --- | --- |\n| 日本 | e\u0301 |')).toBe(
      'ホスト  a\n──────  ─\n日本    e\u0301',
    );
  });

  it('takes escape sequences out of everything', () => {
    const evil =
      '\u001b[31mred\u001b]0;title\u0007 **\u001b[2Jbold** `\u001b[Hx`\n\n```\n\u001b[1mcode\n```\n\n| \u009b31mh |\n| --- |\n| \u001b[0mc |';
    expect(show(evil)).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
  });

  it('keeps the quotes of a name where there are no colours', () => {
    const theme = createTheme({ theme: 'terminal', hasColor: false, isUnicode: true, isAnimated: false });
    expect(textOf(markdownRows('run `df`', { columns: 40, theme }))).toBe('run `df`');
  });

  it('is never wider than it may be', () => {
    fc.assert(
      fc.property(document(), fc.integer({ min: 8, max: 90 }), (source, columns) => {
        expect(widest(markdownRows(source, frame(columns)))).toBeLessThanOrEqual(columns);
      }),
      { numRuns: 300 },
    );
    expect(widest(markdownRows('~~~~!!!!!!!', frame(8)))).toBeLessThanOrEqual(8);
  });
});

describe('a table', () => {
  const table = `| file system | used | mount |
| --- | ---: | :-: |
| /dev/nvme0n1p2 | 91 % | / |
| /dev/nvme0n1p3 | 100 % | /var |`;

  it('is as wide as it needs', () => {
    expect(show(table)).toBe(`file system      used  mount
──────────────  ─────  ─────
/dev/nvme0n1p2   91 %    /
/dev/nvme0n1p3  100 %  /var`);
  });

  it('wraps its cells where the window is narrower', () => {
    const wide = `| unit | what it says |
| --- | --- |
| postgresql.service | could not write to its log, since the disk is full |
| nginx.service | fine |`;
    expect(show(wide, 44)).toBe(`unit                what it says
──────────────────  ────────────────────────
postgresql.service  could not write to its
                    log, since the disk is
                    full

nginx.service       fine`);
  });

  it('becomes records where columns would be too narrow to read', () => {
    expect(show(table, 20)).toBe(`file    /dev/nvme0n1
system  p2
used    91 %
mount   /

file    /dev/nvme0n1
system  p3
used    100 %
mount   /var`);
  });
});

function document(): fc.Arbitrary<string> {
  const piece = fc.constantFrom(
    '# h ',
    '**',
    '*',
    '`',
    '```\n',
    '> ',
    '- ',
    '1. ',
    '| ',
    ' | --- |\n',
    '\n',
    '\n\n',
    '日本語',
    'é',
    '👩‍👩‍👧',
    '[a](b)',
    'aVeryLongWordThatHasNoSpaceInItAtAll',
    '\t',
    '~~',
    '<b>',
    '&lt;',
    '---\n',
  );
  return fc
    .array(fc.oneof(piece, fc.string({ maxLength: 12 })), { maxLength: 40 })
    .map((parts) => parts.join(''));
}
