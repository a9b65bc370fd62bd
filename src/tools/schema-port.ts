/** As much of a zod schema as checking needs, so that this folder names zod only in its schema files. */
export interface Schema<T> {
  safeParse(
    input: unknown,
  ): { success: true; data: T } | { success: false; error: { issues: SchemaIssue[] } };
}

/** The facts of an issue, which the check puts into words. */
export interface SchemaIssue {
  code: string;
  path: PropertyKey[];
  expected?: string;
  values?: readonly unknown[];
  minimum?: number | bigint;
  inclusive?: boolean;
  origin?: string;
}
