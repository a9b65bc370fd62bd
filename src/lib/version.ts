/** The build puts it in. */
declare const STEWARD_VERSION: string;

export function version(): string {
  return typeof STEWARD_VERSION === 'undefined' ? 'development' : STEWARD_VERSION;
}
