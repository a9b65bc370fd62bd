import { OpsError } from '../lib/ops-error.ts';

/**
 * A settings file with these values set; everything else in it, comments too, stays as it is. A key is its path in the
 * file; undefined takes it out. OpsError `settings` for a file that is no YAML mapping.
 */
export async function editSettings(
  text: string | undefined,
  values: readonly (readonly [path: readonly string[], value: unknown])[],
): Promise<string> {
  const { parseDocument, isMap } = await import('yaml');
  const document = parseDocument(text ?? '');
  const [error] = document.errors;
  if (error !== undefined || !(document.contents === null || isMap(document.contents))) {
    throw new OpsError(
      'bad-settings',
      'settings',
      '/etc/steward/steward.yaml is no YAML that can be edited',
      {
        hint: error?.message.split('\n')[0] ?? 'it has to be a mapping: `name: value` lines',
      },
    );
  }
  for (const [path, value] of values) {
    if (value === undefined) document.deleteIn(path);
    else document.setIn(path, typeof value === 'object' ? document.createNode(value) : value);
  }
  return document.toString({ lineWidth: 0 });
}
