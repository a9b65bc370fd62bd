import { row } from './setting-row.ts';
import { list, orNull, path } from './value-type.ts';

/** Where operators declare what they have, and what they have learned of it. */
export const KNOWING_ROWS = {
  'state.inventory': row(
    orNull(path()),
    null,
    'replace',
    'never',
    null,
    'The inventory that `steward state` reads. Without it: `/etc/steward/inventory.yaml`, then `inventory.yaml` beside your settings; of one name the later counts.',
  ),
  'graph.dependencies': row(
    orNull(path()),
    null,
    'replace',
    'never',
    null,
    'What depends on what. Without it: `/etc/steward/dependencies.yaml`, then `dependencies.yaml` beside your settings.',
  ),
  'knowledge.dirs': row(list(path()), [], 'append', 'never', null, 'More folders with notes.'),
};
