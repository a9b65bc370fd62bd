import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Question } from '../../../src/protocol/question.ts';
import { askText, readAnswer } from '../../../src/tui/plain/ask-by-line.ts';

const QUESTION: Question = {
  id: 'Q1',
  step: 'C3',
  command: 'systemctl restart nginx',
  cwd: '/srv/infra',
  effect: 'disruptive',
  target: { kind: 'unit', name: 'nginx.service' },
  rule: 'builtin:disruptive',
  reason: 'It stops requests for a moment.',
  origins: [{ word: 'nginx', source: 'the journal of nuc1' }],
  offer: {
    rule: 'Bash(systemctl restart nginx)',
    matches: ['systemctl restart nginx'],
    misses: ['systemctl stop nginx'],
  },
  wantsTerminal: true,
};

describe('a question by lines', () => {
  it('says all that the answer depends on, and offers nothing beforehand', () => {
    expect(askText(QUESTION)).toMatchInlineSnapshot(`
      "Question Q1. May this run?
        systemctl restart nginx
      Where: /srv/infra. Effect: disruptive. Touches: unit nginx.service.
      Asked because: It stops requests for a moment. Rule: builtin:disruptive.
      Careful: "nginx" was said only by the journal of nuc1.
      It will ask you for a password.
      1. Run it, this once.
      2. Run it, and for the rest of this run whatever this rule allows: Bash(systemctl restart nginx)
         It would allow: systemctl restart nginx
         It would not allow: systemctl stop nginx
      3. Do not run it.
      4. Do not run it, and say why: 4 and your words.
      5. Explain why it is asked.
      Type a number and Enter. Nothing runs until you do.
      "
    `);
  });

  it('shows no sequence that a command holds', () => {
    const text = askText({ ...QUESTION, command: 'ls \x1b[2K\x1b[1Gharmless' });
    expect(text).toContain('  ls harmless\n');
  });

  it('reads the numbers', () => {
    expect(readAnswer(['1'], QUESTION)).toEqual({ kind: 'answer', answer: { kind: 'once' } });
    expect(readAnswer([' 2. '], QUESTION)).toEqual({ kind: 'answer', answer: { kind: 'run' } });
    expect(readAnswer(['3'], QUESTION)).toEqual({ kind: 'answer', answer: { kind: 'deny', comment: null } });
    expect(readAnswer(['4 reload it instead'], QUESTION)).toEqual({
      kind: 'answer',
      answer: { kind: 'deny', comment: 'reload it instead' },
    });
    expect(readAnswer(['5'], QUESTION)).toEqual({ kind: 'explain' });
  });

  it('takes no rule where none is offered', () => {
    expect(askText({ ...QUESTION, offer: null })).not.toContain('2. ');
    expect(readAnswer(['2'], { ...QUESTION, offer: null })).toMatchObject({ kind: 'unclear' });
  });

  it('takes nothing but a number for a yes: no Enter, no word, no paste', () => {
    for (const lines of [[''], ['y'], ['yes'], ['1 please'], ['11'], ['1', ''], ['1', '1']]) {
      expect(readAnswer(lines, QUESTION)).toMatchObject({ kind: 'unclear' });
    }
    fc.assert(
      fc.property(fc.array(fc.string(), { minLength: 0, maxLength: 3 }), (lines) => {
        const reading = readAnswer(lines, QUESTION);
        if (reading.kind !== 'answer' || reading.answer.kind === 'deny') return;
        expect(lines.map((line) => line.trim().replace('.', ''))).toEqual([
          reading.answer.kind === 'once' ? '1' : '2',
        ]);
      }),
    );
  });
});
