import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inputsText, newOptionPaths, optionPathsOf } from '../../../src/changes/nix/option-paths.ts';

const paths = (source: string) =>
  optionPathsOf(source).map(({ path }) => path.map((n) => n ?? '?').join('.'));

describe('the options that a module sets', () => {
  it('are found however it is written', () => {
    expect(paths('{ a.b = 1; a.c = 2; "d e".f = 3; }')).toEqual(['a.b', 'a.c', 'd e.f']);
    expect(
      paths('{ config, lib, ... }@args: let x = 1; in with lib; { a = { b = x; c.d = [ 1 ]; }; }'),
    ).toEqual(['a.b', 'a.c.d']);
    expect(paths('args @ { a ? { b = 1; }, ... }: { c = a; }')).toEqual(['c']);
    expect(paths('{ options.x = mkOption { }; imports = [ ./a.nix ]; config = { y.z = 1; }; }')).toEqual([
      'y.z',
    ]);
    expect(paths('{ config.a = 1; config.b.c = 2; }')).toEqual(['a', 'b.c']);
    expect(paths('{ imports = [ ./x ]; a = rec { inherit (b) c; d = { }; }; }')).toEqual(['a.c', 'a.d']);
    expect(paths('{ a.${name}.b = 1; a."x${y}" = 2; }')).toEqual(['a.?.b', 'a.?']);
  });

  it('are found through what only says when and how they count', () => {
    expect(
      paths(
        '{ a = lib.mkIf config.b { c = mkForce 1; d = lib.mkMerge [ { e = 1; } (mkIf x { f = 2; }) ]; }; }',
      ),
    ).toEqual(['a.c', 'a.d.e', 'a.d.f']);
    expect(paths('{ a = { b = 1; } // { c = 2; } // lib.optionalAttrs d { e = 3; }; }')).toEqual([
      'a.b',
      'a.c',
      'a.e',
    ]);
    expect(paths('{ a = if b then { c = 1; } else { d = 2; }; f = x.y or { z = 1; }; }')).toEqual([
      'a.c',
      'a.d',
      'f',
    ]);
    expect(paths('{ a = map (x: { y = x; }) [ 1 ]; b = f { c = 1; }; }')).toEqual(['a', 'b']);
  });

  it('are not seen in texts and comments', () => {
    const source = `{ # a = 1; {
      b = ''c = 1; } ''\${d ''' "} '';
      /* e = "1 */ f = "g = \\"\${ { h = "}"; }.h }\\" }"; i = https://x.y/z; }`;
    expect(paths(source)).toEqual(['b', 'f', 'i']);
  });

  it('have the line on which they stand, and are new only where they did not stand before', () => {
    const before = '{\n  a.b = 1;\n}\n';
    const after = '{\n  a.b = 2;\n  # more\n  a.c = 1;\n}\n';
    expect(newOptionPaths(before, after)).toEqual([{ path: ['a', 'c'], line: 4 }]);
    expect(newOptionPaths(null, before)).toEqual([{ path: ['a', 'b'], line: 2 }]);
  });

  it('are read in our own module', () => {
    const source = readFileSync(join(import.meta.dirname, '../../../packaging/nix/module.nix'), 'utf8');
    expect(paths(source)).toEqual(expect.arrayContaining(['assertions', 'environment.systemPackages']));
  });

  it('of any text are some, or none, and never a failure', () => {
    const piece = fc.constantFrom(
      ...[
        '{',
        '}',
        '(',
        ')',
        '[',
        ']',
        ';',
        '=',
        '.',
        ':',
        '@',
        ',',
        '?',
        '//',
        '${',
        '"',
        "''",
        'a',
        'let',
        'in',
        'with',
      ],
      ...[
        'if',
        'then',
        'else',
        'inherit',
        'rec',
        'or',
        ' ',
        '\n',
        '#',
        '/*',
        '*/',
        './x',
        '1',
        '-',
        '...',
        'mkIf',
        '\\',
        '$',
      ],
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(piece, { maxLength: 40 }).map((all) => all.join(' ')),
        ),
        (text) => {
          expect(Array.isArray(optionPathsOf(text))).toBe(true);
        },
      ),
      { numRuns: 500 },
    );
    expect(optionPathsOf('{ a = '.repeat(20_000))).toEqual([]);
  });

  it('of any set are its leaves', () => {
    const name = fc.constantFrom('a', 'b', 'services', "x'", 'with-dash', 'example.org', 'in', 'a b');
    type Tree = { [name: string]: Tree } | string;
    const tree: fc.Memo<Tree> = fc.memo(
      (depth): fc.Arbitrary<Tree> =>
        depth <= 1
          ? fc.constantFrom('1', '[ { z = 1; } ]', '"t"', './p', 'f { z = 2; }', 'x.y')
          : fc.dictionary(name, tree(), { minKeys: 1, maxKeys: 3 }),
    );
    const write = (node: Tree): string =>
      typeof node === 'string'
        ? node
        : `{ ${Object.entries(node)
            .map(([key, value]) => `"${key}" = ${write(value)};`)
            .join(' ')} }`;
    const leaves = (node: Tree): string[][] =>
      typeof node === 'string'
        ? [[]]
        : Object.entries(node).flatMap(([key, value]) => leaves(value).map((rest) => [key, ...rest]));
    fc.assert(
      fc.property(fc.dictionary(name, tree(4), { minKeys: 1, maxKeys: 3 }), (node) => {
        expect(optionPathsOf(`{ lib, ... }: ${write(node)}`).map(({ path }) => path)).toEqual(leaves(node));
      }),
      { numRuns: 100 },
    );
  });
});

describe('what a flake says of its inputs', () => {
  it('is the same until one of them is another', () => {
    const flake = (url: string, rest: string) =>
      `{ inputs.a.url = "${url}"; inputs = { b = { }; }; outputs = _: { ${rest} }; }`;
    expect(inputsText(flake('x', 'c = 1;'))).toBe(inputsText(flake('x', 'c = 2;')));
    expect(inputsText(flake('x', ''))).not.toBe(inputsText(flake('y', '')));
    expect(inputsText('{ outputs = _: { }; }')).toBe('');
    expect(inputsText('{')).toBe(null);
  });
});
