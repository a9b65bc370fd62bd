type Present<T> = { [K in keyof T]?: NonNullable<T[K]> };

/** The fields that have a value: what an optional property wants where data says `null` or `undefined`. */
export function dropAbsent<T extends object>(fields: T): Present<T> {
  // Filtering keeps keys and types of the values that stay; Object.fromEntries only forgets which.
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value != null)) as Present<T>;
}
