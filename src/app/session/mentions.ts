import type { SnapshotItem } from '../../protocol/snapshot.ts';
import type { Mention } from '../client.ts';
import { loadProbes } from '../looking/probes.ts';
import { fuzzyPick } from './fuzzy.ts';
import { listTree, type Tree } from './list-tree.ts';
import { listUnits, type Thing, thingsOfFacts, thingsOfSettings } from './observed-things.ts';
import type { Session } from './session.ts';

export interface Mentions {
  /** Without the `@`. `unit:ngi` looks for units only; a bare word for everything. */
  find(query: string, limit: number): Promise<Mention[]>;
  stop(): void;
}

/** Asked with every key; the machine changes more slowly. */
const KEPT_MS = 15_000;
const KINDS = ['unit', 'job', 'host', 'service'] as const;

export function createMentions(session: Session, items: () => readonly SnapshotItem[]): Mentions {
  const abort = new AbortController();
  const tree = keep<Tree>(async () => listTree(await session.world(), '.', abort.signal));
  let near: { below: string; tree: () => Promise<Tree> } | null = null;
  const units = keep<Thing[]>(async () => listUnits(await session.world(), abort.signal));

  /** The last answer, or the one that is on its way. */
  function keep<T>(ask: () => Promise<T>): () => Promise<T> {
    let last: { at: number; answer: Promise<T> } | null = null;
    return () => {
      if (last === null || performance.now() - last.at > KEPT_MS) {
        const answer = ask();
        last = { at: performance.now(), answer };
        answer.catch(() => {
          last = null;
        });
      }
      return last.answer;
    };
  }

  async function things(): Promise<Thing[]> {
    const world = await session.world();
    const [systemd, probes] = await Promise.all([units(), loadProbes(world)]);
    const inventoryOf = new Map(probes.map(({ name, inventory }) => [name, inventory]));
    const all = [...thingsOfFacts(items(), inventoryOf), ...thingsOfSettings(world), ...systemd];
    const named = new Map<string, Thing>();
    // What a probe found wrong comes first, and once.
    for (const thing of all) {
      const key = `${thing.kind}:${thing.name}`;
      if (!named.has(key)) named.set(key, thing);
    }
    return [...named.values()];
  }

  return {
    async find(query, limit) {
      const { masker } = await session.world();
      const kind = KINDS.find((one) => query.startsWith(`${one}:`));
      const found = kind === undefined ? await findAny(query, limit) : await findKind(kind, query, limit);
      return masker.maskValue(found) as Mention[];
    },
    stop: () => abort.abort(),
  };

  /** Of a tree that is too large to be listed as a whole, the folder that was typed is. */
  async function treeNear(query: string): Promise<Tree> {
    const below = query.slice(0, query.lastIndexOf('/') + 1);
    if (below === '') return { files: [], folders: [] };
    if (near?.below !== below) {
      near = { below, tree: keep(async () => listTree(await session.world(), below, abort.signal)) };
    }
    return near.tree();
  }

  async function findKind(kind: Thing['kind'], query: string, limit: number): Promise<Mention[]> {
    const all = (await things()).filter((thing) => thing.kind === kind);
    return fuzzyPick(query.slice(kind.length + 1), all, ({ name }) => name, limit).map(ofThing);
  }

  async function findAny(query: string, limit: number): Promise<Mention[]> {
    const [whole, part, observed] = await Promise.all([tree(), treeNear(query), things()]);
    const files = new Set([...part.files, ...whole.files]);
    const folders = new Set([...part.folders, ...whole.folders]);
    const all: Mention[] = [
      ...[...files].map((file): Mention => ({ text: ofPath(file), kind: 'file', note: '' })),
      ...[...folders].map((folder): Mention => ({ text: ofPath(folder), kind: 'folder', note: '' })),
      ...observed.map(ofThing),
    ];
    // Nothing typed yet: what is near, not the first of ten thousand.
    if (query === '') return [...all].sort((a, b) => depthOf(a) - depthOf(b)).slice(0, limit);
    return fuzzyPick(query, all, nameOf, limit);
  }
}

function ofThing({ kind, name, note }: Thing): Mention {
  return { text: `@${kind}:${name}`, kind, note };
}

/** What holds white space is one word only in quotes. */
function ofPath(path: string): string {
  return /\s/.test(path) ? `@"${path}"` : `@${path}`;
}

function nameOf({ text, kind }: Mention): string {
  const isPath = kind === 'file' || kind === 'folder';
  return isPath ? text.slice(1).replaceAll('"', '') : text.slice(kind.length + 2);
}

function depthOf(mention: Mention): number {
  const { kind } = mention;
  return kind === 'file' || kind === 'folder' ? nameOf(mention).split('/').filter(Boolean).length : 2;
}
