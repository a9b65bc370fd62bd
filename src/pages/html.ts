import { printable } from '../lib/printable.ts';

/** Markup of ours, with what came from elsewhere made harmless. Only `html` makes one, so data cannot pass for it. */
export class Html {
  readonly #markup: string;
  private constructor(markup: string) {
    this.#markup = markup;
  }

  /** For text that was written here. */
  static trusted(markup: string): Html {
    return new Html(markup);
  }

  static markupOf(html: Html): string {
    return html.#markup;
  }
}

/** `null` and `false` are nothing; a list is its parts, one after the other. */
export type Shown = Html | string | number | null | false | readonly Shown[];

/**
 * A template. What is put in is text, whatever it looks like; it may stand between tags and in attributes in double
 * quotes, and nowhere else: not in a tag, a script, a style or an attribute that runs something.
 */
export function html(strings: TemplateStringsArray, ...values: readonly Shown[]): Html {
  return Html.trusted(
    strings.map((text, index) => text + (index < values.length ? show(values[index]) : '')).join(''),
  );
}

function show(value: Shown | undefined): string {
  if (value === null || value === undefined || value === false) return '';
  if (value instanceof Html) return Html.markupOf(value);
  if (Array.isArray(value)) return value.map(show).join('');
  return escapeText(String(value));
}

const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Also without what moves a cursor, hides, or turns the direction of text round. */
export function escapeText(text: string): string {
  return printable(text.toWellFormed()).replace(/[&<>"']/g, (sign) => ENTITIES[sign] ?? '');
}
