import { describe, expect, it } from 'vitest';
import { diffRows } from '../../../src/tui/transcript/diff.ts';
import { textOf } from '../support.ts';

describe('a diff', () => {
  it("counts lines of git's hunks in both files", () => {
    const text = `diff --git a/x b/x
--- a/x
+++ b/x
@@ -9,4 +9,4 @@ services
 nine
-ten
+ten, anew
+and more
 eleven`;
    expect(textOf(diffRows(text, { columns: 60 }))).toBe(`diff --git a/x b/x
--- a/x
+++ b/x
@@ -9,4 +9,4 @@ services
  9   nine
 10 - ten
 10 + ten, anew
 11 + and more
 12   eleven`);
  });

  it('takes a removed line that looks like a head for what it is', () => {
    expect(textOf(diffRows('@@ line 3 @@\n--- old rule\n+++ new rule', { columns: 60 }))).toBe(`@@ line 3 @@
  3 - -- old rule
  3 + ++ new rule`);
  });

  it('counts on over the hunks of an edit', () => {
    const text = '@@ line 1 @@\n-a\n+b\n+c\n@@ line 8 @@\n h';
    expect(textOf(diffRows(text, { columns: 60 }))).toBe(`@@ line 1 @@
  1 - a
  1 + b
  2 + c
@@ line 8 @@
  9   h`);
  });

  it('wraps long lines below their text', () => {
    expect(textOf(diffRows('@@ line 1 @@\n+abcdefghijklmnop', { columns: 18 }))).toBe(`@@ line 1 @@
  1 + abcdefghijkl
      mnop`);
  });
});
