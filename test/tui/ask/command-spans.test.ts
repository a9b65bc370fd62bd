import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { commandSpans } from '../../../src/tui/ask/command-spans.ts';

const painted = (command: string): string[] =>
  commandSpans(command)
    .filter(({ style }) => style !== 'code')
    .map(({ text, style }) => `${style.replace('code', '')} ${text}`);

describe('the colours of a command', () => {
  it('change nothing in what can be seen of it', () => {
    const line = fc.string({
      unit: fc.constantFrom(...'ab1-=\'"$(){}|&;<>#\\`. \n', 'ü', '日', '$(', 'sudo', '👍'),
      maxLength: 60,
    });
    fc.assert(
      fc.property(line, (command) => {
        expect(
          commandSpans(command)
            .map(({ text }) => text)
            .join(''),
        ).toBe(command);
      }),
      { numRuns: 500 },
    );
  });

  it('lose nothing of any text, and leave nothing invisible in it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (command) => {
        const shown = commandSpans(command)
          .map(({ text }) => text)
          .join('');
        const named = Array.from(command, (sign) =>
          sign === '\t'
            ? '<tab>'
            : sign !== '\n' && sign !== ' ' && /[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Cs}\p{Z}]/u.test(sign)
              ? `<U+${(sign.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}>`
              : sign,
        ).join('');
        expect(shown).toBe(named);
      }),
      { numRuns: 1_000 },
    );
  });

  it('tell programs, options, strings, variables and operators apart', () => {
    expect(
      painted('sudo -u db timeout 5 psql -c "select 1" "$HOME" | tail -n 3 > /tmp/x && LANG=C ls ${A}b'),
    ).toEqual([
      'Program sudo',
      'Option -u',
      'Program timeout',
      'Program psql',
      'Option -c',
      'String "select 1"',
      'String "$HOME"',
      'Operator |',
      'Program tail',
      'Option -n',
      'Operator >',
      'Operator &&',
      'Variable LANG=C',
      'Program ls',
      'Variable ${A}',
    ]);
  });

  it('see a comment only where the shell does', () => {
    expect(painted('echo a#b # it is\nls')).toEqual(['Program echo', 'Comment # it is', 'Program ls']);
  });

  it('show what hides', () => {
    expect(commandSpans('rm\u00a0-rf a\u200bb')).toContainEqual({ text: '<U+00A0>', style: 'bad' });
    expect(painted('rm a\u202eb')).toEqual(['Program rm', 'bad <U+202E>']);
  });

  it('take no longer for a command that is long', () => {
    const command = `echo ${'"a\\'.repeat(40_000)}`;
    expect(commandSpans(command).length).toBeGreaterThan(1);
  });
});
