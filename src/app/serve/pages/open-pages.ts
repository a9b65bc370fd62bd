import type { Reply, RequestHead } from '../../../host/index.ts';
import type { IncidentBook } from '../../../protocol/incident.ts';
import type { World } from '../../world.ts';
import { createCarryOut } from './carry-out.ts';

interface Answering {
  admit(head: RequestHead): Reply | null;
  handle(head: RequestHead, body: Buffer): Promise<Reply>;
}

export interface OpenPages {
  /** What is for a page goes to the pages, all else to the intake. */
  before<T extends Answering>(intake: T): T;
  /** Ends, in order, what was approved on a page and is being carried out. */
  stop(): Promise<void>;
}

export interface OpenPagesOptions {
  book(): IncidentBook;
  /** Arguments that everything it begins gets. */
  runOptions: readonly string[];
  isDraining(): boolean;
  log(line: string): void;
}

/** Takes up what an earlier serve had taken an answer for and not begun. */
export async function openPages(world: World, options: OpenPagesOptions): Promise<OpenPages> {
  const { createPages } = await import('./create-pages.ts');
  const carry = createCarryOut(world, { options: options.runOptions, log: options.log });
  const pages = createPages({ ...options, world, carry });
  await carry.takeUp();
  return {
    before: (intake) => ({
      ...intake,
      admit: (head: RequestHead) => (pages.owns(head) ? pages : intake).admit(head),
      handle: (head: RequestHead, body: Buffer) => (pages.owns(head) ? pages : intake).handle(head, body),
    }),
    stop: carry.stop,
  };
}
