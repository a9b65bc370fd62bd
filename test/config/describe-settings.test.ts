import { describe, expect, test } from 'vitest';
import { settingsJsonSchema, settingsReference } from '../../src/config/index.ts';
import { settingRows } from '../../src/config/settings-table.ts';

describe('settingsReference', () => {
  test('has a section for every setting, with default, levels and variable', () => {
    const page = settingsReference();
    for (const { key } of settingRows()) expect(page).toContain(`### \`${key}\`\n`);
    expect(page).toContain(
      [
        '### `limits.turns`',
        '',
        'Model replies in one run.',
        '',
        '- value: a whole number above 0',
        '- default: not set',
        '- a later level replaces the value',
        "- a project's file can only lower it",
        '- environment: `STEWARD_MAX_TURNS`',
      ].join('\n'),
    );
  });
});

describe('settingsJsonSchema', () => {
  test('nests the settings as the file does and knows no others', () => {
    const schema = settingsJsonSchema() as { properties: Record<string, { properties?: object }> };
    expect(schema).toMatchObject({ type: 'object', additionalProperties: false });
    expect(Object.keys(schema.properties.limits?.properties ?? {})).toEqual([
      'turns',
      'calls',
      'tokens',
      'usd',
      'duration',
    ]);
    expect(schema.properties.autonomy).toMatchObject({ enum: ['observe', 'propose', 'reversible', 'full'] });
    expect(JSON.stringify(schema)).not.toContain('null');
  });
});

describe('the settings table', () => {
  test('lets no project set anything but lower numbers, less autonomy, and more questions or denials', () => {
    const open = settingRows().flatMap(({ key, row }) =>
      row.project === 'never' ? [] : [`${row.project} ${key}`],
    );
    expect(open).toEqual([
      'add permissions.ask',
      'add permissions.deny',
      'add permissions_headless.ask',
      'add permissions_headless.deny',
      'add permissions_interactive.ask',
      'add permissions_interactive.deny',
      'lower autonomy',
      'lower isolation',
      'lower limits.turns',
      'lower limits.calls',
      'lower limits.tokens',
      'lower limits.usd',
      'lower limits.duration',
      'lower budgets.usd_per_day',
      'lower budgets.usd_per_month',
      'lower budgets.usd_per_day_by_trigger',
      'lower output.limit',
    ]);
  });
});
