/**
 * The approval that a text names: `a-` and eight letters or digits, not the end of a longer word. A session's
 * UUID can hold `…a-` and eight hexadecimal digits too (one in sixteen does), and it often stands before it.
 *
 * @throws when the text names none, with the text.
 */
export function approvalIn(text = ''): string {
  const id = /(?<![\w-])a-[a-z0-9]{8}(?![\w-])/.exec(text)?.[0];
  if (id === undefined) {
    throw new Error(`no approval is named in: ${text}`);
  }
  return id;
}
