/** As much of a zod schema as checking needs, so that this folder names zod only in its schema files. */
export interface Schema<T> {
  safeParse(
    input: unknown,
  ): { success: true; data: T } | { success: false; error: { issues: SchemaIssue[] } };
}

export interface SchemaIssue {
  path: PropertyKey[];
  message: string;
}
