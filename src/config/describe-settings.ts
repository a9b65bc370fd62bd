import { formatBytes } from '../lib/size.ts';
import type { SettingRow } from './setting-row.ts';
import { settingRows } from './settings-table.ts';

/** The reference page of the settings, in Markdown, made from the table. */
export function settingsReference(): string {
  const sections = settingRows().map(({ key, row }) =>
    [
      `### \`${key}\``,
      '',
      row.doc,
      '',
      `- value: ${row.type.label}`,
      `- default: ${describeDefault(key, row.default)}`,
      `- a later level ${MERGE_WORDS[row.merge]}`,
      `- a project's file ${PROJECT_WORDS[row.project]}`,
      ...(row.env === null ? [] : [`- environment: \`${row.env}\``]),
      '',
    ].join('\n'),
  );
  return [
    '# Settings',
    '',
    'Files, lowest level first: `/etc/steward/steward.yaml`, `$XDG_CONFIG_HOME/steward/steward.yaml`, and the',
    "project's `.steward/steward.yaml`, which can only tighten. Then the environment, then `--settings FILE|JSON`,",
    'then single flags. Unknown keys and wrong values are errors that name file, line and key.',
    '',
    ...sections,
  ].join('\n');
}

/** Draft 2020-12, for editors. */
export function settingsJsonSchema(): Record<string, unknown> {
  const properties: Record<string, Record<string, unknown>> = {};
  for (const { key, row } of settingRows()) {
    const [group = key, name] = key.split('.');
    const schema = { ...row.type.jsonSchema, description: row.doc };
    if (name === undefined) {
      properties[group] = schema;
      continue;
    }
    const inner = (properties[group]?.properties ?? {}) as Record<string, unknown>; // set by the line below only
    properties[group] = {
      type: 'object',
      additionalProperties: false,
      properties: { ...inner, [name]: schema },
    };
  }
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'steward.yaml',
    type: 'object',
    additionalProperties: false,
    properties,
  };
}

const MERGE_WORDS: Record<SettingRow<unknown>['merge'], string> = {
  replace: 'replaces the value',
  append: 'adds to the list',
  'by-name': 'adds entries, and replaces those of the same name',
};

const PROJECT_WORDS: Record<SettingRow<unknown>['project'], string> = {
  never: 'cannot set it',
  add: 'can add to it',
  lower: 'can only lower it',
};

function describeDefault(key: string, value: unknown): string {
  if (value === null) return 'not set';
  if (Array.isArray(value) || typeof value === 'object') return 'empty';
  return key === 'output.limit' && typeof value === 'number' ? formatBytes(value) : `\`${String(value)}\``;
}
