import { row } from './setting-row.ts';
import { list, text } from './value-type.ts';

const ruleText = () =>
  text('a permission rule', { pattern: /^[A-Za-z][\w*-]*(\(.+\))?$/s, example: 'Bash(nomad job status *)' });

/** Rules for everybody, and those that are only for where somebody is there or nobody is. */
export const PERMISSION_ROWS = {
  'permissions.allow': row(
    list(ruleText()),
    [],
    'append',
    'never',
    null,
    'Rules that lift a question, at most up to `reversible`.',
  ),
  'permissions.ask': row(
    list(ruleText()),
    [],
    'append',
    'add',
    null,
    'Rules that turn an allow into a question.',
  ),
  'permissions.deny': row(
    list(ruleText()),
    [],
    'append',
    'add',
    null,
    'Rules that always refuse. Nothing lifts them.',
  ),
  'permissions_headless.allow': row(
    list(ruleText()),
    [],
    'append',
    'never',
    null,
    'The same as `permissions.allow`, valid only where nobody is there to ask.',
  ),
  'permissions_headless.ask': row(
    list(ruleText()),
    [],
    'append',
    'add',
    null,
    'The same as `permissions.ask`, valid only where nobody is there to ask.',
  ),
  'permissions_headless.deny': row(
    list(ruleText()),
    [],
    'append',
    'add',
    null,
    'The same as `permissions.deny`, valid only where nobody is there to ask.',
  ),
  'permissions_interactive.allow': row(
    list(ruleText()),
    [],
    'append',
    'never',
    null,
    'The same as `permissions.allow`, valid only where a person is there.',
  ),
  'permissions_interactive.ask': row(
    list(ruleText()),
    [],
    'append',
    'add',
    null,
    'The same as `permissions.ask`, valid only where a person is there.',
  ),
  'permissions_interactive.deny': row(
    list(ruleText()),
    [],
    'append',
    'add',
    null,
    'The same as `permissions.deny`, valid only where a person is there.',
  ),
};
