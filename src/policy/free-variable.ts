/** Names a line may set. Upper case belongs to the environment and to bash itself; so do a few in lower case. */
export function isFreeVariable(name: string): boolean {
  return (
    (/^[a-z][A-Za-z0-9_]*$/.test(name) || /^[A-Z]$/.test(name) || name === 'REPLY') &&
    !/_proxy$|^(?:histchars|auto_resume|allow_null_glob_expansion|notify|nounset)$/i.test(name)
  );
}
