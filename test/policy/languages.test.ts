import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkAwk } from '../../src/policy/languages/awk.ts';
import { checkJq } from '../../src/policy/languages/jq.ts';
import { checkSed } from '../../src/policy/languages/sed.ts';
import { checkSql } from '../../src/policy/languages/sql.ts';

describe('sed scripts', () => {
  const part = fc.constantFrom(
    ...'p d s y w r e R W q = n N a i c { } ; ! , $ 1 2 / | # : b t x I M g G ~ + - \\ [ ] . * & ^ F l z'.split(
      ' ',
    ),
    ' ',
    '\n',
    's/a/b/',
    's/a/b/g',
    's|a|b|',
    '/a/',
    '1,3',
    '\\n',
    '\\/',
    '[/]',
    '[^/]',
    '/dev/null',
    'out',
  );

  // GNU sed's own sandbox is the judge: it refuses e, r and w wherever they hide.
  it('that are accepted have no command that sed itself would refuse in its sandbox', () => {
    const accepted = new Set<string>();
    fc.assert(
      fc.property(
        fc.array(part, { minLength: 1, maxLength: 8 }).map((parts) => parts.join('')),
        (script) => {
          if (checkSed(script) === undefined) accepted.add(script);
        },
      ),
      { numRuns: 40_000 },
    );
    expect(accepted.size).toBeGreaterThan(300);
    expect(refusedBySandbox([...accepted].slice(0, 1500))).toEqual([]);
    expect(refusedBySandbox(['p', 'w out', '1e', 'r /etc/passwd'])).toEqual(['w out', '1e', 'r /etc/passwd']);
  }, 120_000);
});

/** One shell starts them all: by itself each would fork this whole process. */
function refusedBySandbox(scripts: readonly string[]): string[] {
  const judge = `while IFS= read -r -d '' script; do
    case $(sed --sandbox -n -- "$script" 2>&1 >/dev/null </dev/null) in *sandbox*) printf '%s\\0' "$script" ;; esac
  done`;
  const input = scripts.map((script) => `${script}\0`).join('');
  const { stdout, status } = spawnSync('bash', ['-c', judge], { input, encoding: 'utf8' });
  expect(status).toBe(0);
  return stdout.split('\0').slice(0, -1);
}

describe('awk programs', () => {
  it.each([
    '{print $1}',
    'NR > 1 && $5 ~ /x|y/ {print $1 / 2, "a > b | c"}',
    '{ if ($3 >= 90) n++ } END { print n + 0 }',
    'BEGIN { FS = "|" } { a[$1] = a[$1] ? a[$1] "," $2 : $2 } END { for (k in a) print k, a[k] }',
    '{ printf "%s\\n", substr($0, 1, 10) } # > not a file',
    '$1 > $2 || $3 > 1',
    '{ x = $1 > 5 ? "a" : "b"; print x }',
  ])('accepts %s', (program) => {
    expect(checkAwk(program)).toBeUndefined();
  });

  it.each([
    '{ print > "f" }',
    '{ print "a" >> "f" }',
    '{ print | "sh" }',
    '{ printf("%s", $1) > "f" }',
    '{ print $1,\n $2 > "f" }',
    '{ print $1 \n > "f" }',
    'BEGIN { system("id") }',
    'BEGIN { "id" | getline x }',
    '{ if (x) /"/; print "a" | "sh"; y = /"/ }',
    '{ x = y /"/; print "a" > "f"; z = "/" }',
    '{ x++ /"/; print > "f" } "/',
    'function f(x) { print x > "f" } { f(1) }',
    'BEGIN { print ENVIRON["HOME"] }',
    '@include "x"',
    'BEGIN { f = "system"; @f("id") }',
    '{ print "unclosed }',
  ])('refuses %s', (program) => {
    expect(checkAwk(program)).toBeDefined();
  });
});

describe('jq programs', () => {
  it.each(['.env', '.a.env[0]', '.["environment"]', 'map(.x) | length', '.environment'])(
    'accepts %s',
    (program) => {
      expect(checkJq(program)).toBeUndefined();
    },
  );

  it.each(['env', '.a | env', '$ENV.X', '"\\(env.X)"', '..env', 'import "a" as a; .', 'include "a"; .'])(
    'refuses %s',
    (program) => {
      expect(checkJq(program)).toBeDefined();
    },
  );
});

describe('SQL', () => {
  it.each([
    'select 1',
    "SELECT name, count(*) FROM jobs WHERE state = 'drop table x' GROUP BY name;",
    'show server_version',
    'select pg_size_pretty(pg_database_size(current_database()))',
    'select a::text from b',
    'explain select * from jobs',
    "select to_jsonb(s)->>'wal_status' from pg_replication_slots s",
    "select max(modification) from pg_ls_waldir() where name like '%.backup'",
  ])('accepts %s', (statement) => {
    expect(checkSql(statement)).toBeUndefined();
  });

  it.each([
    'drop table x',
    'select 1; drop table x',
    "select 'a\\'; drop table x; --'",
    'select * into y from x',
    'with d as (delete from x returning *) select * from d',
    'select "pg_read_file"(\'/etc/passwd\')',
    "select pg_read_file ('/etc/passwd')",
    "select E'\\'' || lo_export(1, 'x')",
    'select $$a$$',
    'select 1 /* x */',
    'select 1 -- x',
    'explain analyze delete from x',
    'select :x',
    '\\! id',
    "select 'a",
    'select "\'", pg_read_file(1), "\'"',
    "select '\"', pg_read_file(1), '\"'",
    'select * from pg_authid',
    "select pg_ls_dir('.')",
  ])('refuses %s', (statement) => {
    expect(checkSql(statement)).toBeDefined();
  });
});
