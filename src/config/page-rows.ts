import { row } from './setting-row.ts';
import { orNull, url } from './value-type.ts';

/** The pages of `steward serve`, as phones reach them. */
export const PAGE_ROWS = {
  'pages.url': row(
    orNull(url()),
    null,
    'replace',
    'never',
    null,
    'Where people reach the pages of `steward serve`: what stands before every address in a message, `https://steward.example.org` or with a path under a reverse proxy. Without it messages carry no address, and pages answer on loopback names alone.',
  ),
};
