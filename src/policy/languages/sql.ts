/**
 * One SQL statement that only reads: what is wrong with it, or undefined. Functions are taken from a list, because a
 * `select` may call one that ends sessions or writes files.
 */
export function checkSql(statement: string): string | undefined {
  const text = statement.trim().replace(/;$/, '');
  if (DESCRIBING.test(text)) return undefined;
  // Comments, escapes, dollar quotes, psql's own commands and variables: each could hide the rest.
  // Without a backslash every kind of string ends at its quote, and doubled quotes are the only escape.
  if (/[\\;$`]|--|\/\*|(?<![:\w]):(?!:)["'\w]|&['"]/.test(text)) return problem;
  // From left to right, so that a quote within the other kind of quotes is not taken for one.
  const bare = text.replaceAll(/'(?:[^']|'')*'|"(?:[^"]|"")*"/g, (found) =>
    found.startsWith("'") ? ' 0 ' : ' q ',
  );
  if (/["']/.test(bare)) return problem;
  if (!/^(?:select|show|table|values|explain\s+select)\b/i.test(bare)) return problem;
  const word = FORBIDDEN.exec(bare);
  if (word !== null) return `SQL's ${word[0]} may do more than read`;
  for (const [, name] of bare.matchAll(/([\w.]+)\s*\(/g)) {
    if (!FUNCTIONS.has((name ?? '').toLowerCase().replace(/^pg_catalog\./, ''))) {
      return `the SQL function ${name} is not known to only read`;
    }
  }
  return undefined;
}

/** psql's own `\\d…` and `\\l`: one of them, with a plain name. */
const DESCRIBING = /^\\(?:d[A-Za-z]*|l|z|conninfo)[S+x]*(?: +[\w.*]+)?$/;

const problem = 'this SQL is not known to be one statement that only reads';

const FORBIDDEN =
  /\b(?:into|insert|update|delete|drop|alter|create|truncate|grant|revoke|copy|call|do|set|reset|lock|vacuum|analyze|execute|prepare|listen|notify|load|cluster|reindex|refresh|merge|comment|discard|checkpoint|returning|share|pg_shadow|pg_authid|pg_user_mapping\w*|pg_hba_file_rules|pg_file_settings)\b/i;

const FUNCTIONS = new Set(
  'count sum avg min max round floor ceil abs coalesce nullif greatest least length lower upper trim substring substr replace concat concat_ws split_part left right now age date_trunc date_part extract to_char current_database current_schema version pg_size_pretty pg_database_size pg_relation_size pg_total_relation_size pg_table_size pg_indexes_size pg_is_in_recovery pg_last_wal_receive_lsn pg_last_wal_replay_lsn pg_last_xact_replay_timestamp pg_current_wal_lsn pg_wal_lsn_diff pg_ls_waldir pg_postmaster_start_time pg_conf_load_time pg_blocking_pids to_json to_jsonb array_agg string_agg json_agg row_number rank over filter in any all exists and or not as from where select values on using by then when else case between like pg_get_viewdef pg_get_indexdef pg_get_constraintdef obj_description col_description format_type has_table_privilege txid_current_if_assigned generate_series percentile_cont cast interval'.split(
    ' ',
  ),
);
