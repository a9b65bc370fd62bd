import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { probesPage } from '../../scripts/probes-page.ts';

const ROOT = join(import.meta.dirname, '../..');

it('every shipped probe says on what output it was tried, and at most 15 rest on documentation', async () => {
  const page = await probesPage(ROOT);
  const sections = page.split('\n## ').slice(1);
  expect(sections.length).toBeGreaterThanOrEqual(40);
  const silent = sections
    .filter((section) => !/^- rests on: .{20,}/m.test(section))
    .map((section) => section.split('\n')[0]);
  expect(silent).toEqual([]);
  const documented = sections.filter((section) => /^- rests on: Document/m.test(section));
  expect(documented.length).toBeLessThanOrEqual(15);
  expect(page).toBe(readFileSync(join(ROOT, 'docs/reference/probes.md'), 'utf8'));
});
