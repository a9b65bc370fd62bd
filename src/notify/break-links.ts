/** Endings under which a bare name is taken for an address by what shows mail and notifications. */
const LINKED_ENDINGS =
  'com|net|org|info|biz|io|dev|app|co|me|ai|xyz|top|site|online|shop|club|link|click|live|cloud|page|tech|store|space|website|ru|cn|de|uk|eu|us|fr|nl|it|pl|es|ch|at|be|br|in|jp|kr|tk|ml|ga|cf|gq|cc|tv|ly|gg|to|su|ua|ir|pw|ws|zip|mov';
const BARE = new RegExp(`\\.(?=(?:${LINKED_ENDINGS})(?![\\w-]))`, 'gi');
/** A name with a path behind it, whatever it ends with. */
const WITH_PATH = /\.(?=[a-z]{2,24}(?::\d{1,5})?[/?#])/gi;

/**
 * Words from outside as they can be read, and not followed: programs that show plain text make links of what looks like
 * an address. `https[:]//example[.]com/x`. Text without anything like it stays as it is.
 */
export function breakLinks(text: string): string {
  return text
    .replace(/:(?=\/\/)/g, '[:]')
    .replace(/\b(mailto|tel|sms|javascript|data|tg|intent):/gi, '$1[:]')
    .replace(/\bwww\./gi, 'www[.]')
    .replace(/(?<=[\w.+-])@(?=[\w-]+\.)/g, '[@]')
    .replace(BARE, '[.]')
    .replace(WITH_PATH, '[.]');
}
