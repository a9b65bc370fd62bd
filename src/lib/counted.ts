/** `1 thing`, `2 things`; `many` where an s does not do. */
export function counted(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`;
}
