/** As many bytes of an answer as its first words may take: titles come behind some lines of scripts and links. */
export const PAGE_BYTES = 8 * 1024;

const MOST_WORDS = 200;

/**
 * What a login page of a network or an error page of a proxy says in place of a reply: its title, else its first
 * words. null: the answer, of which `head` is the beginning, is no page.
 */
export function pageText(contentType: string, head: string): string | null {
  const type = contentType.split(';')[0]?.trim().toLowerCase() ?? '';
  const isPage =
    /^(?:text\/html|application\/xhtml\+xml)$/.test(type) || /^\W{0,3}<(?:!doctype|html)\b/i.test(head);
  if (!isPage) return null;
  const words = wordsOf(head);
  const kind = type === '' ? 'no content-type' : type;
  return `the server answered with a page instead of a reply (${kind})${words === '' ? '' : `: ${words}`}`;
}

/** The text of a page without its marks: the title when it has one. */
export function wordsOf(whole: string): string {
  const page = whole.slice(0, PAGE_BYTES);
  const title = /<title[^>]*>([^<]*[^<\s][^<]*)/i.exec(page)?.[1];
  const text =
    title ??
    page.replace(/<(script|style)\b[\s\S]*?(?:<\/\1\s*>|$)/gi, ' ').replace(/<[a-z!/][^>]*(?:>|$)/gi, ' ');
  return text.replace(/\s+/g, ' ').trim().slice(0, MOST_WORDS);
}
