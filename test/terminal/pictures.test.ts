import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { drawSvg } from './draw-svg.ts';
import { createEmulator } from './emulator.ts';
import { pictureOf } from './picture-of.ts';
import { readCast } from './recording.ts';

const docs = join(import.meta.dirname, '../../docs');

async function draw(text: string): Promise<string> {
  const emulator = createEmulator({ columns: 20, rows: 4 }, () => {});
  emulator.feed(Buffer.from(text));
  await emulator.settle();
  return drawSvg(emulator, 'a <title>');
}

describe('the pictures in docs', () => {
  const cast = readCast(readFileSync(join(docs, 'session.cast'), 'utf8'));
  const marks = cast.events.flatMap(([, kind, text]) => (kind === 'm' ? [text] : []));

  it('are of the marks of the recording', () => {
    expect(marks).toEqual(['question', 'report']);
  });

  it.each(marks)('show the recording at %s', async (mark) => {
    expect(readFileSync(join(docs, `session-${mark}.svg`), 'utf8')).toBe(await pictureOf(cast, mark));
  });

  it('hold neither a path nor a name of the machine that made them', () => {
    expect(JSON.stringify(cast)).not.toMatch(/\/(?:work|tmp|home|var\/tmp)\//);
  });
});

describe('a picture of a terminal', () => {
  it('keeps colours, weights and places, and takes no text for markup', async () => {
    const svg = await draw(
      'ab\x1b[1;31m<c>\x1b[0m\r\n  \x1b[2m\u2500\u2500\x1b[0m \x1b[38;2;1;2;3mrgb\x1b[0m',
    );
    expect(svg).toContain('>a &lt;title&gt;</text>');
    expect(svg).toContain('<text x="22" y="66" textLength="16.8">ab</text>');
    expect(svg).toContain(
      '<text x="38.8" y="66" textLength="25.2" fill="#f0777f" font-weight="600">&lt;c&gt;</text>',
    );
    expect(svg).toContain('<rect x="38.8" y="80.5" width="16.8" height="1" fill="#d5d9e0" opacity="0.45"/>');
    expect(svg).toContain('fill="#010203">rgb</text>');
  });

  it('ends below the last row with anything on it', async () => {
    expect(await draw('one')).toContain('height="91"');
    expect(await draw('one\r\ntwo')).toContain('height="110"');
  });
});
