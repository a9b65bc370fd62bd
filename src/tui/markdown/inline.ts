import type { MarkedToken, Token } from 'marked';
import { printable } from '../../lib/printable.ts';
import type { Span } from '../rows/row.ts';
import type { Theme } from '../theme/theme.ts';
import { isKnown } from './lex.ts';

interface Manner {
  isStrong: boolean;
  isEmphatic: boolean;
  /** What the text around has: of a heading, a quote. */
  base: Span['style'];
}

/** Words of a paragraph, a heading or a cell. Line breaks stay: an answer is written for a screen. */
export function inlineSpans(tokens: readonly Token[], theme: Theme, base: Span['style'] = 'text'): Span[] {
  return tokens
    .filter(isKnown)
    .flatMap((token) => spansOf(token, theme, { isStrong: false, isEmphatic: false, base }));
}

function spansOf(token: MarkedToken, theme: Theme, manner: Manner): Span[] {
  const inside = (tokens: readonly Token[] | undefined, change: Partial<Manner> = {}): Span[] =>
    (tokens ?? []).filter(isKnown).flatMap((child) => spansOf(child, theme, { ...manner, ...change }));
  switch (token.type) {
    case 'strong':
      return inside(token.tokens, { isStrong: true });
    case 'em':
      return inside(token.tokens, { isEmphatic: true });
    case 'del':
      return inside(token.tokens, { base: 'struck' });
    case 'codespan':
      return [{ text: codeText(token.text, theme), style: 'codeInline' }];
    case 'link':
      return linkSpans(inside(token.tokens, { base: 'link' }), token.href, manner);
    case 'image':
      return [
        { text: clean(token.text || 'image'), style: 'link' },
        { text: ` (${clean(token.href)})`, style: 'dim' },
      ];
    case 'br':
      return [{ text: '\n', style: manner.base }];
    case 'text':
      return token.tokens === undefined
        ? [{ text: clean(token.text), style: styleOf(manner) }]
        : inside(token.tokens);
    case 'escape':
      return [{ text: clean(token.text), style: styleOf(manner) }];
    case 'checkbox':
      // Its item has it as its mark.
      return [];
    default:
      return [{ text: clean(token.raw), style: styleOf(manner) }];
  }
}

/** Without colours a name in a sentence keeps its quotes. */
function codeText(text: string, theme: Theme): string {
  const bare = printable(text);
  return Object.keys(theme.style.codeInline).length === 0 ? `\`${bare}\`` : bare;
}

/** Where it leads is shown: a person decides by it, and a terminal makes it something to click. */
function linkSpans(words: Span[], href: string, manner: Manner): Span[] {
  const text = words.map((word) => word.text).join('');
  const address = clean(href);
  if (text === address || `mailto:${text}` === address || address === '') return words;
  return [...words, { text: ' ', style: manner.base }, { text: `(${address})`, style: 'dim' }];
}

function styleOf({ isStrong, isEmphatic, base }: Manner): Span['style'] {
  if (base !== 'text' && base !== 'quote') return base;
  if (isStrong) return isEmphatic ? 'strongEmphasis' : 'strong';
  return isEmphatic ? 'emphasis' : base;
}

const ENTITIES: Record<string, string> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#39;': "'",
  '&nbsp;': '\u00a0',
};

function clean(text: string): string {
  return printable(text.replaceAll(/&(?:amp|lt|gt|quot|#39|nbsp);/g, (entity) => ENTITIES[entity] ?? entity));
}
