import { createHash } from 'node:crypto';
import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { loadProgram } from '../../src/cli/load-program.ts';

const SOURCE = `(function (exports, require, module) {
  const { join } = require('node:path');
  module.exports = { greet: (name) => join('hello', name) };
})`;

let root: string;
let path: string;
let folder: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'program-'));
  folder = mkdtempSync(join(root, 'kept-'));
  path = join(root, 'program-0123.cjs');
  writeFileSync(path, SOURCE);
});
afterEach(() => rmSync(root, { recursive: true }));

const load = (from: string | null = folder) => loadProgram<{ greet(name: string): string }>(path, from);
const kept = () => join(folder, 'program-0123.code');
const age = (file: string, days: number): void => {
  const then = Date.now() / 1000 - days * 86_400;
  utimesSync(file, then, then);
};

test('runs a program that nothing is kept of, and keeps its code privately', () => {
  const program = load();
  expect(program.exports.greet('you')).toBe('hello/you');
  program.keepCode();
  expect(readdirSync(folder)).toEqual(['program-0123.code']);
  expect(statSync(kept()).mode & 0o777).toBe(0o600);
});

test('does not make room for what is kept where that claims to be larger than any memory', () => {
  load().keepCode();
  truncateSync(kept(), 2 ** 42);
  const program = load();
  expect(program.exports.greet('you')).toBe('hello/you');
  program.keepCode();
  expect(statSync(kept()).size).toBeLessThan(2 ** 20);
});

test('runs from what is kept, and leaves that alone for a day', () => {
  load().keepCode();
  const before = readFileSync(kept());
  age(kept(), 0.5);
  const mtime = statSync(kept()).mtimeMs;
  const program = load();
  expect(program.exports.greet('again')).toBe('hello/again');
  program.keepCode();
  expect(readFileSync(kept()).equals(before)).toBe(true);
  expect(statSync(kept()).mtimeMs).toBe(mtime);
});

test('writes what is kept anew after a day', () => {
  load().keepCode();
  age(kept(), 2);
  load().keepCode();
  expect(Date.now() - statSync(kept()).mtimeMs).toBeLessThan(86_400_000 / 2);
});

test.each([
  ['cut off', (bytes: Buffer) => bytes.subarray(0, bytes.length / 2)],
  ['empty', () => Buffer.alloc(0)],
  [
    'changed in one bit',
    (bytes: Buffer) => Buffer.from(bytes.map((byte, i) => (i === 300 ? byte ^ 1 : byte))),
  ],
])('does not run from what is %s, and mends it', (_, damage) => {
  load().keepCode();
  writeFileSync(kept(), damage(readFileSync(kept())));
  const program = load();
  expect(program.exports.greet('you')).toBe('hello/you');
  program.keepCode();
  const mended = readFileSync(kept());
  expect(mended.subarray(0, 32)).toEqual(createHash('sha256').update(mended.subarray(32)).digest());
});

test('does not run a longer program from the code of a shorter one of the same name', () => {
  load().keepCode();
  writeFileSync(path, SOURCE.replace('hello', 'good morning'));
  expect(load().exports.greet('you')).toBe('good morning/you');
});

test('keeps nothing without a folder, or where the folder cannot be written', () => {
  load(null).keepCode();
  const gone = join(root, 'nowhere');
  const program = load(gone);
  expect(program.exports.greet('you')).toBe('hello/you');
  program.keepCode();
  expect(readdirSync(root).sort()).toEqual([folder.slice(root.length + 1), 'program-0123.cjs']);
});

test('loads a part when it is first required, once, and keeps its code too', () => {
  writeFileSync(
    path,
    `(function (exports, require, module) { module.exports = { count: () => require('part:counter').next() }; })`,
  );
  writeFileSync(
    join(root, 'counter-4567.cjs'),
    `(function (exports, require, module) { let n = 0; module.exports = { next: () => ++n }; })`,
  );
  const open = () => loadProgram<{ count(): number }>(path, folder, { 'part:counter': 'counter-4567.cjs' });

  open().keepCode();
  expect(readdirSync(folder)).toEqual(['program-0123.code']);
  const program = open();
  expect([program.exports.count(), program.exports.count()]).toEqual([1, 2]);
  program.keepCode();
  expect(readdirSync(folder).sort()).toEqual(['counter-4567.code', 'program-0123.code']);
  expect(open().exports.count()).toBe(1);
});

test('reads parts of a text, and keeps nothing of it', () => {
  writeFileSync(
    path,
    `(function (exports, require, module) { module.exports = { read: (...at) => require('part:words').slice(...at) }; })`,
  );
  writeFileSync(join(root, 'words-89ab.text'), 'one two three');
  const program = loadProgram<{ read(start: number, end: number): string }>(path, folder, {
    'part:words': 'words-89ab.text',
  });
  expect([program.exports.read(4, 7), program.exports.read(0, 3), program.exports.read(8, 99)]).toEqual([
    'two',
    'one',
    'three',
  ]);
  program.keepCode();
  expect(readdirSync(folder)).toEqual(['program-0123.code']);
});

test('reads data, and single modules of another part, each once', () => {
  writeFileSync(
    path,
    `(function (exports, require, module) {
      module.exports = {
        modules: () => ({ 'src/own.ts': () => 'own' }),
        talk: () => [require('part:talk/src/a.ts'), require('part:talk/src/a.ts'), require('part:talk/src/b.ts')],
        data: () => require('part:goals'),
      };
    })`,
  );
  writeFileSync(
    join(root, 'talk-4567.cjs'),
    `(function (exports, require, module) {
      let n = 0;
      module.exports = {
        modules: () => ({ 'src/a.ts': () => ++n, 'src/b.ts': () => require('part:program/src/own.ts') }),
      };
    })`,
  );
  writeFileSync(join(root, 'goals-89ab.json'), '[{"name":"caf\\u00e9"}]');
  const program = loadProgram<{ talk(): unknown; data(): unknown }>(path, folder, {
    'part:program': 'program-0123.cjs',
    'part:talk': 'talk-4567.cjs',
    'part:goals': 'goals-89ab.json',
  });
  expect(program.exports.talk()).toEqual([1, 1, 'own']);
  expect(program.exports.data()).toEqual([{ name: 'caf\u00e9' }]);
  program.keepCode();
  expect(readdirSync(folder).sort()).toEqual(['program-0123.code', 'talk-4567.code']);
});

test('removes what other programs left when nobody loaded it for a month', () => {
  for (const name of ['program-old.code', 'program-new.code']) writeFileSync(join(folder, name), 'x');
  age(join(folder, 'program-old.code'), 40);
  load().keepCode();
  expect(readdirSync(folder).sort()).toEqual(['program-0123.code', 'program-new.code']);
});
