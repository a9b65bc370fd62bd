import type { IUnicodeVersionProvider } from '@xterm/headless';
import stringWidth from 'string-width';

const VARIATION_SELECTOR_EMOJI = 0xfe0f;

/**
 * Widths of today's terminals; xterm.js itself ships those of Unicode 6, in which emoji are narrow. How a character
 * joins the one before is packed as xterm.js packs it: width in bits 1 and 2, "joins" in bit 0.
 */
export const unicodeWidths: IUnicodeVersionProvider = {
  version: 'today',
  wcwidth,
  charProperties(codepoint, preceding) {
    const width = wcwidth(codepoint);
    const before = (preceding >> 1) & 3;
    const joins = width === 0 && preceding !== 0 && before !== 0;
    if (!joins) return width << 1;
    const joined = codepoint === VARIATION_SELECTOR_EMOJI ? 2 : before;
    return (joined << 1) | 1;
  },
};

function wcwidth(codepoint: number): 0 | 1 | 2 {
  if (codepoint < 0x300) return codepoint < 0x20 || (codepoint >= 0x7f && codepoint < 0xa0) ? 0 : 1;
  // A width of string-width for one code point is never more.
  return stringWidth(String.fromCodePoint(codepoint)) as 0 | 1 | 2;
}
