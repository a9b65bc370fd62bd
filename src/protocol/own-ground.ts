/** What steward itself stands on: touched by its own hand it could lose the machine, or itself, in the middle of a change. */
export interface OwnGround {
  /** The unit that this process runs in; null outside of one. */
  unit: string | null;
  /** Network interfaces that the default route leaves by. */
  interfaces: string[];
  /** Programs, settings and state of steward: absolute, links resolved. */
  folders: string[];
  /** The model is served by this machine. */
  isModelHere: boolean;
}
