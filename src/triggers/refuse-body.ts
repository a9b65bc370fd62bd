/** A body that can never succeed. `field` is where in it (`alerts[0].startsAt`), empty for the whole. */
export class BodyRefused extends Error {
  readonly field: string;

  constructor(field: string, message: string) {
    super(field === '' ? message : `${field}: ${message}`);
    this.name = 'BodyRefused';
    this.field = field;
  }
}

export function refuse(field: string, message: string): never {
  throw new BodyRefused(field, message);
}
