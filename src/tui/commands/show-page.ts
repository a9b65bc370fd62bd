import type { PageName } from '../../app/client.ts';
import type { SlashCommand } from './command.ts';

/** What most commands do: show a page that the program makes. */
export function showPage(name: PageName): SlashCommand['run'] {
  return async ({ client, show }, argument) => {
    const markdown = await client.page(name, argument);
    show({ kind: 'page', title: argument === '' ? `/${name}` : `/${name} ${argument}`, markdown });
  };
}
