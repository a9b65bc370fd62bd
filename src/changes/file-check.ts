export interface FileCheck {
  path: string;
  /** What looked at it: `JSON`, `systemd-analyze verify`. */
  by: string;
  /** null: nobody could look. Then `detail` says why. */
  ok: boolean | null;
  detail: string;
}
