import type { Status } from '../../app/client.ts';
import { formatDuration } from '../../lib/duration.ts';
import type { PermissionMode } from '../../protocol/effect.ts';
import { formatTokens, formatUsd } from '../figures.ts';
import { oneLine, type Row, type Span, span } from '../rows/row.ts';
import type { Glyphs } from '../theme/glyphs.ts';
import type { Styles } from '../theme/style.ts';
import type { Part } from './shed.ts';

interface Setting {
  glyph: Glyphs;
  now: number;
}

/** Who works here and how far it may go; what wants an eye comes first. */
export function standingParts(status: Status, { glyph, now }: Setting): Part[] {
  const { paused, pendingApprovals, mode, autonomy, target, host, isolation } = status;
  const parts: (Part | null)[] = [
    paused === null ? null : pausedPart(paused, glyph, now),
    pendingApprovals === 0
      ? null
      : part('approvals', 2, [
          [
            span(
              `${glyph.waiting} ${pendingApprovals} ${pendingApprovals === 1 ? 'approval waits' : 'approvals wait'}`,
              'ask',
            ),
          ],
          [span(`${glyph.waiting} ${pendingApprovals}`, 'ask')],
        ]),
    modelPart(status),
    modePart(mode),
    part('autonomy', 8, [[span(`up to ${autonomy}`, 'dim')], [span(autonomy, 'dim')]]),
    target === null
      ? part('host', 9, [[span(oneLine(host), 'dim')]])
      : part('target', 4, [[span(`${glyph.arrow} ${oneLine(target)}`, 'warn')]]),
    isolationPart(isolation),
  ];
  return parts.filter((one) => one !== null);
}

/** What is used up. */
export function spendingParts({ context, usage, costUsd }: Status, { glyph }: Setting): Part[] {
  const read = usage.inputTokens + usage.cacheReadTokens + usage.cacheWriteTokens;
  const { run, today } = costUsd;
  const money = run === null ? [] : [span(`${formatUsd(run)} this run`, 'dim')];
  const day = today === null ? [] : [span(`${formatUsd(today)} today`, 'dim')];
  const parts: (Part | null)[] = [
    context === null ? null : contextPart(context, glyph),
    read + usage.outputTokens === 0
      ? null
      : part('tokens', 13, [
          [span(`${formatTokens(read)} in, ${formatTokens(usage.outputTokens)} out`, 'dim')],
          [span(`${formatTokens(read + usage.outputTokens)} tokens`, 'dim')],
        ]),
    money.length === 0 ? null : part('run-cost', 11, [money, [span(formatUsd(run ?? 0), 'dim')]]),
    day.length === 0 ? null : part('day-cost', 12, [day]),
  ];
  return parts.filter((one) => one !== null);
}

function pausedPart({ until, by }: NonNullable<Status['paused']>, glyph: Glyphs, now: number): Part {
  const leftMs = until === null ? null : Math.ceil(Math.max(0, until - now) / 60_000) * 60_000;
  const left = leftMs === null ? '' : `, ${formatDuration(leftMs)} left`;
  return part('paused', 1, [
    [span(`${glyph.paused} paused by ${oneLine(by)}${left}`, 'warn')],
    [span(`${glyph.paused} paused${left}`, 'warn')],
    [span(`${glyph.paused} paused`, 'warn')],
  ]);
}

function modelPart({ model, modelMissing }: Status): Part {
  if (model === null) {
    const why = modelMissing === null ? [] : [span(`: ${oneLine(modelMissing)}`, 'dim')];
    return part('model', 3, [[span('no model', 'warn'), ...why], [span('no model', 'warn')]]);
  }
  const name = oneLine(model.name);
  const place: Span = model.place === 'local' ? span(' local', 'ok') : span(' cloud', 'dim');
  const short = name.replace(/-\d{8}$/, '');
  return part('model', 3, [[span(name), place], [span(short), place], [span(short)]]);
}

const MODES: Record<PermissionMode, { long: string; short: string; rank: number; style: keyof Styles }> = {
  default: { long: 'asks first', short: 'asks', rank: 7, style: 'dim' },
  acceptEdits: { long: 'edits without asking', short: 'edits', rank: 5, style: 'accent' },
  plan: { long: 'plan: only looks', short: 'plan', rank: 5, style: 'plan' },
  dontAsk: { long: 'never asks, denies', short: 'denies', rank: 5, style: 'accent' },
  bypassPermissions: { long: 'BYPASSES PERMISSIONS', short: 'BYPASS', rank: 2, style: 'bad' },
};

function modePart(mode: PermissionMode): Part {
  const { long, short, rank, style } = MODES[mode];
  return part('mode', rank, [[span(long, style)], [span(short, style)]]);
}

function isolationPart(isolation: Status['isolation']): Part | null {
  if (isolation === null) return null;
  if (isolation === 'none') return part('isolation', 6, [[span('no sandbox', 'warn')]]);
  const names = { bwrap: 'bubblewrap', unit: 'unit sandbox' };
  return part('isolation', 10, [[span(names[isolation], 'dim')], [span(isolation, 'dim')]]);
}

/** Cells of the bar. */
const BAR = 8;

function contextPart({ usedTokens, windowTokens }: NonNullable<Status['context']>, glyph: Glyphs): Part {
  const share = windowTokens <= 0 ? 0 : Math.min(1, Math.max(0, usedTokens / windowTokens));
  const percent = `${Math.floor(share * 100)}%`;
  const style = share >= 0.9 ? 'bad' : share >= 0.75 ? 'warn' : 'dim';
  const full = Math.round(share * BAR);
  const bar = [span(glyph.barFull.repeat(full), style), span(glyph.barEmpty.repeat(BAR - full), 'border')];
  // In words where the colour says that it is much.
  const word = share >= 0.9 ? ' context nearly full' : ' of context';
  return part('context', share >= 0.9 ? 3 : share >= 0.75 ? 4 : 6, [
    [...bar, span(` ${percent}${word}`, style)],
    [span(`${percent}${word}`, style)],
    [span(`ctx ${percent}`, style)],
  ]);
}

function part(name: string, rank: number, forms: Row[]): Part {
  return { name, rank, forms };
}
