import { expect, test } from 'vitest';
import { assignLayers, entryOf } from '../../scripts/layers.ts';

type Inputs = Parameters<typeof assignLayers>[0];
type Kind = 'import-statement' | 'dynamic-import';

const module = (...imports: [path: string, kind?: Kind][]): Inputs[string] => ({
  bytes: 1,
  imports: imports.map(([path, kind = 'import-statement']) => ({ path, kind })),
});

const INPUTS: Inputs = {
  'src/main.ts': module(
    ['src/mask.ts'],
    ['src/talk.ts', 'dynamic-import'],
    ['src/help.ts', 'dynamic-import'],
  ),
  'src/mask.ts': module(['builtin:node:fs'], ['node_modules/cel/index.js', 'dynamic-import']),
  'src/talk.ts': module(['src/mask.ts'], ['src/tools.ts'], ['src/schema.ts', 'dynamic-import']),
  'src/tools.ts': module(['builtin:node:fs']),
  'src/help.ts': module(['src/tools.ts'], ['src/main.ts']),
  'src/schema.ts': module(),
  'node_modules/cel/index.js': module(['node_modules/cel/parser.js']),
  'node_modules/cel/parser.js': module(),
  'builtin:node:fs': module(),
};
const LAYERS = [
  { name: 'program', roots: ['src/main.ts'] },
  { name: 'talk', roots: ['src/talk.ts'] },
  { name: 'rest', roots: [] },
];

test('a module is in the first layer that cannot start without it', () => {
  expect(Object.fromEntries(assignLayers(INPUTS, LAYERS))).toEqual({
    'src/main.ts': 'program',
    'src/mask.ts': 'program',
    'builtin:node:fs': 'program',
    'node_modules/cel/index.js': 'program',
    'node_modules/cel/parser.js': 'program',
    'src/talk.ts': 'talk',
    'src/tools.ts': 'talk',
    'src/help.ts': 'rest',
    'src/schema.ts': 'rest',
  });
});

test('a root that is no module any more stops the build', () => {
  expect(() => assignLayers(INPUTS, [{ name: 'program', roots: ['src/gone.ts'] }])).toThrow(
    'layer program: there is no module src/gone.ts',
  );
});

test('a file gives the others the modules that they name, and no more', () => {
  const layerOf = assignLayers(INPUTS, LAYERS);
  const asked = (layer: string) =>
    [...entryOf(layer, INPUTS, layerOf).matchAll(/require\("\.\/(.*?)"\)/g)].map(([, path]) => path);
  expect(asked('program')).toEqual(['src/mask.ts', 'src/main.ts']);
  expect(asked('talk')).toEqual(['src/talk.ts', 'src/tools.ts']);
  expect(asked('rest')).toEqual(['src/help.ts', 'src/schema.ts']);
});
