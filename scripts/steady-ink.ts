import { readFile } from 'node:fs/promises';
import type { Plugin } from 'esbuild';

const CLAMPED = "(down > 0 ? ansiEscapes.cursorDown(down) : '')";
/** IND (ECMA-48, `ESC D`): one row down; at the last row the window scrolls. */
const SCROLLING = "'\\u001bD'.repeat(Math.max(0, down))";

/**
 * Ink goes down to the end of its frame before it erases it upwards. Where a window became lower a moment ago, the rows
 * below the cursor are gone and "down" stops short, so that it erased lines above the frame that were printed for good.
 * Going down by scrolling cannot stop short. The build fails when Ink no longer has the words.
 */
export const steadyInk: Plugin = {
  name: 'steady-ink',
  setup({ onLoad, onEnd }) {
    let isSeen = false;
    onLoad({ filter: /\/node_modules\/ink\/build\/cursor-helpers\.js$/ }, async ({ path }) => {
      const text = await readFile(path, 'utf8');
      isSeen = text.includes(CLAMPED);
      return { contents: text.replace(CLAMPED, SCROLLING) };
    });
    onEnd(() => ({
      errors: isSeen ? [] : [{ text: 'ink/build/cursor-helpers.js does not go down as it did' }],
    }));
  },
};
