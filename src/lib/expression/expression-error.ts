/** CEL's own error is not kept as `cause`: it holds the whole syntax tree. */
export class ExpressionError extends Error {
  readonly source: string;
  /** Offset in `source`, from 0; null when unknown. */
  readonly position: number | null;

  constructor(source: string, position: number | null, summary: string) {
    super(position === null ? summary : `${summary} (at character ${position + 1} of "${source}")`);
    this.name = 'ExpressionError';
    this.source = source;
    this.position = position;
  }
}
