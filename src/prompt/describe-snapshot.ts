import { SMALLEST_LIMIT_BYTES } from '../lib/cap.ts';
import { capRows } from '../lib/cap-rows.ts';
import { formatDuration } from '../lib/duration.ts';
import { fence, fenceCost } from '../lib/fence.ts';
import { formatBytes } from '../lib/size.ts';
import { formatZonedTime } from '../lib/zoned-time.ts';
import type { Finding } from '../protocol/finding.ts';
import type { SnapshotItem } from '../protocol/snapshot.ts';
import { describeFindings } from './describe-findings.ts';
import { asLine, bytesOf, fitLines, shareRoom } from './room.ts';
import type { SnapshotView } from './snapshot-view.ts';

/** Of an item that no finding points to. */
const ITEM_LIMIT_BYTES = 4 * 1024;

/** One output with its source: a probe's or a look-step's. */
interface Block {
  head: string;
  label: string;
  text: string;
  isEvidence: boolean;
  /** For the line that names what had no room. */
  short: string;
}

/**
 * Findings first, then the output they point to, in full as far as there is room, then the rest. Everything from
 * outside is inside a fence; never longer than the budget. What is not shown is named.
 */
export function describeSnapshot(view: SnapshotView): string {
  const { snapshot, isForCloud, isAllLocal, budgetBytes } = view;
  const isWithheld = (item: SnapshotItem) => isForCloud && (isAllLocal || item.egress === 'local');
  const withheld = snapshot.items.filter(isWithheld);
  const withheldProbes = new Set(withheld.map(({ probe }) => probe));
  const shown = snapshot.items.filter((item) => !isWithheld(item));
  const told = snapshot.findings.filter(({ probe }) => !withheldProbes.has(probe));
  const cited = new Set(told.flatMap(({ evidence }) => evidence));

  const sections = [describeFindings(view, withheldProbes, Math.floor(budgetBytes * 0.5))];
  const lists = [
    listSection('No answer from', silentLines(shown, view), view, 'probes without an answer'),
    withheld.length > 0
      ? `Withheld, because it must stay local and you run in the cloud: ${fitNames(withheld.map(nameItem), Math.floor(budgetBytes * 0.05))}.`
      : '',
    listSection('Rules that could not be judged', brokenLines(view, withheldProbes), view, 'broken rules'),
    listSection(
      'Answered as in the last run of this goal, and no rule matched',
      unchangedLines(
        shown.filter((item) => isInShort(item, cited, view)),
        view,
      ),
      view,
      'unchanged answers',
      0.15,
    ),
  ].filter((section) => section !== '');

  const blocks = [...evidenceBlocks(view, told, shown, cited), ...otherBlocks(view, shown, cited)];
  const spent = [...sections, ...lists].reduce((sum, section) => sum + bytesOf(section) + 2, 0);
  const names = [...(view.names ?? []), ...told.map(({ object }) => object)];
  const outputs = fitBlocks(blocks, budgetBytes - spent, view.marker, names);
  return [...sections, ...outputs, ...lists].join('\n\n');
}

function evidenceBlocks(
  view: SnapshotView,
  told: readonly Finding[],
  shown: readonly SnapshotItem[],
  cited: ReadonlySet<string>,
): Block[] {
  const items = shown
    .filter((item) => cited.has(item.id) && item.status === 'ok')
    .map((item) => itemBlock(view, item, true));
  const taken = view.snapshot.looks
    .filter((look) => told.some(({ id }) => id === look.finding))
    .map(
      (look): Block => ({
        head: `${look.id}, look-step for ${look.finding}, ${place(view, look.at)}: ${look.ok ? 'answered' : 'failed'}`,
        label: `${look.id}: ${look.command}`,
        text: look.ok ? look.text : [look.reason ?? 'failed', look.text].join('\n'),
        isEvidence: true,
        short: `${look.id} (${formatBytes(bytesOf(look.text))})`,
      }),
    );
  return [...items, ...taken];
}

function otherBlocks(
  view: SnapshotView,
  shown: readonly SnapshotItem[],
  cited: ReadonlySet<string>,
): Block[] {
  return shown
    .filter((item) => item.status === 'ok' && !cited.has(item.id) && !isInShort(item, cited, view))
    .map((item) => itemBlock(view, item, false));
}

function itemBlock(view: SnapshotView, item: SnapshotItem, isEvidence: boolean): Block {
  const cut = item.isTruncated ? `, cut when gathered (${formatBytes(item.totalBytes)} in all)` : '';
  const change = { new: '', same: ', same as in the last run', changed: ', changed since the last run' }[
    item.change
  ];
  return {
    head: `${nameItem(item)} on ${asLine(item.host, 80)}, ${place(view, item.at)}: answered${change}${cut}`,
    label: `${item.id}: ${item.command}`,
    text: item.text,
    isEvidence,
    short: `${nameItem(item)} (${formatBytes(bytesOf(item.text))})`,
  };
}

/** Evidence shares the room first; the rest shares what it leaves, none with more than its limit. */
function fitBlocks(
  blocks: readonly Block[],
  room: number,
  marker: string,
  names: readonly string[],
): string[] {
  // Two line ends after each, one before its fence, and for what is left out a line that names it.
  const cost = (block: Block) => bytesOf(block.head) + fenceCost({ marker, label: block.label }) + 3;
  const nameRoom = Math.min(600, Math.floor(room / 4));
  const texts = new Map<Block, number>();
  let left = room - nameRoom;
  for (const isEvidence of [true, false]) {
    const group = blocks.filter((block) => block.isEvidence === isEvidence);
    const limit = isEvidence ? Infinity : ITEM_LIMIT_BYTES;
    const needs = group.map((block) => Math.min(bytesOf(block.text), limit) + cost(block));
    const shares = shareRoom(needs, left);
    for (const [index, block] of group.entries()) {
      const share = shares[index] ?? 0;
      const textRoom = share - cost(block);
      const isWhole = share === needs[index] && textRoom >= 0;
      // Below this a cut text says nothing, and capText knows no smaller limit.
      if (!isWhole && textRoom < SMALLEST_LIMIT_BYTES) continue;
      texts.set(block, textRoom);
      left -= share;
    }
  }
  const outputs = [...texts].map(([block, limit]) => {
    const text = capRows(block.text, limit, names);
    return `${block.head}\n${fence(text, { marker, label: block.label })}`;
  });
  const missing = blocks.filter((block) => !texts.has(block)).map(({ short }) => short);
  if (missing.length === 0) return outputs;
  return [...outputs, `No room for: ${fitNames(missing, nameRoom - 16)}.`];
}

function silentLines(items: readonly SnapshotItem[], view: SnapshotView): { long: string; short: string }[] {
  return items
    .filter(({ status }) => status !== 'ok')
    .map((item) => {
      const short = `${nameItem(item)}: ${item.status.replace('-', ' ')}`;
      const reason = item.reason === null ? '' : `: ${asLine(item.reason, 160)}`;
      const command = ` [${asLine(item.command, 80)}, ${place(view, item.at)}]`;
      return { short, long: `${short}${reason}${item.status === 'not-configured' ? '' : command}` };
    });
}

function brokenLines(
  { snapshot }: SnapshotView,
  withheldProbes: ReadonlySet<string>,
): { long: string; short: string }[] {
  return snapshot.brokenRules
    .filter(({ probe }) => !withheldProbes.has(probe))
    .map(({ rule, probe, error }) => {
      const short = `${asLine(rule, 60)} of ${asLine(probe, 60)}`;
      return { short, long: `${short}: ${asLine(error, 160)}` };
    });
}

/** Told in a line: nothing moved, no finding points to it, and nobody asks what it could answer. */
function isInShort(item: SnapshotItem, cited: ReadonlySet<string>, { isWhole }: SnapshotView): boolean {
  return !isWhole && item.status === 'ok' && item.change === 'same' && !cited.has(item.id);
}

/** With what was answered: the model of this run has not seen the last one. */
function unchangedLines(
  items: readonly SnapshotItem[],
  view: SnapshotView,
): { long: string; short: string }[] {
  return items.map((item) => {
    const [first = '', ...rest] = item.text.trim().split('\n');
    const more = rest.length === 0 ? '' : ` (and ${rest.length} more line${rest.length === 1 ? '' : 's'})`;
    const source = `[${asLine(item.command, 60)}, ${place(view, item.at)}]`;
    return { short: nameItem(item), long: `${nameItem(item)}: ${asLine(first, 120)}${more} ${source}` };
  });
}

/** In one fence: long lines if all fit, else short ones, and of those what fits. */
function listSection(
  title: string,
  lines: readonly { long: string; short: string }[],
  view: SnapshotView,
  label: string,
  share = 0.1,
): string {
  if (lines.length === 0) return '';
  const room =
    Math.floor(view.budgetBytes * share) - bytesOf(title) - fenceCost({ marker: view.marker, label });
  const long = lines.map((line) => line.long);
  const isRoomForLong = bytesOf(long.join('\n')) < room;
  const chosen = isRoomForLong ? long : lines.map((line) => line.short);
  const fitted = fitLines(chosen, room, (count) => `and ${count} more`);
  return `${title}:\n${fence(fitted.join('\n'), { marker: view.marker, label })}`;
}

function fitNames(names: readonly string[], room: number): string {
  return fitLines(names, room, (count) => `and ${count} more`).join('; ');
}

/** Names of probes are operators' own; capped all the same, since a budget is a promise. */
function nameItem({ id, probe }: { id: string; probe: string }): string {
  return `${asLine(id, 12)} ${asLine(probe, 60)}`;
}

function place({ now, zone }: SnapshotView, at: number): string {
  const age = now - at < 1_000 ? 'just now' : `${formatDuration(now - at)} ago`;
  return `${formatZonedTime(at, zone)}, ${age}`;
}
