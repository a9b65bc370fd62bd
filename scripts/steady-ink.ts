import { readFile } from 'node:fs/promises';
import type { Plugin } from 'esbuild';

interface Replacement {
  file: string;
  was: string;
  is: string;
}

const REPLACED: readonly Replacement[] = [
  /**
   * Ink goes down to the end of its frame before it erases it upwards. Where a window became lower a moment ago, the rows
   * below the cursor are gone and "down" stops short, so that it erased lines above the frame that were printed for good.
   * Going down by scrolling cannot stop short. IND (ECMA-48, `ESC D`): one row down; at the last row the window scrolls.
   */
  {
    file: 'cursor-helpers.js',
    was: "(down > 0 ? ansiEscapes.cursorDown(down) : '')",
    is: "'\\u001bD'.repeat(Math.max(0, down))",
  },
  /**
   * Ink asks the terminal for the kitty keyboard and takes 200 ms of silence for a no. Over a slow line, or while a busy
   * machine draws its first frame, the yes comes later. Nothing waits for it, and a terminal that never answers is asked once.
   */
  {
    file: 'ink.js',
    was: 'finish(false);\n        }, 200);',
    is: 'finish(false);\n        }, 10_000);\n        timer.unref();',
  },
];

/** Ink, with what it does wrong put right. The build fails when Ink no longer has the words. */
export const steadyInk: Plugin = {
  name: 'steady-ink',
  setup({ onLoad, onEnd }) {
    const seen = new Set<Replacement>();
    for (const replacement of REPLACED) {
      const { file, was, is } = replacement;
      const filter = new RegExp(`/node_modules/ink/build/${file.replaceAll('.', '\\.')}$`);
      onLoad({ filter }, async ({ path }) => {
        const text = await readFile(path, 'utf8');
        if (text.includes(was)) seen.add(replacement);
        return { contents: text.replace(was, is) };
      });
    }
    onEnd(() => ({
      errors: REPLACED.filter((replacement) => !seen.has(replacement)).map(({ file }) => ({
        text: `ink/build/${file} does not have the words that are replaced`,
      })),
    }));
  },
};
