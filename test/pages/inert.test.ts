import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { printable } from '../../src/lib/printable.ts';
import {
  approvalPage,
  approvalsPage,
  enrolmentPage,
  escapeText,
  type Frame,
  findingsPage,
  html,
  incidentPage,
  incidentsPage,
  messagePage,
  pausePage,
  runPage,
  runsPage,
} from '../../src/pages/index.ts';
import type { Approval } from '../../src/protocol/approval.ts';
import type { LogLine, RunEvent } from '../../src/protocol/event.ts';
import type { Incident } from '../../src/protocol/incident.ts';

const AT = Date.parse('2026-03-01T03:00:00Z');

/** What would like to be more than text. */
const hostile = fc.oneof(
  fc.constantFrom(
    '<script>alert(1)</script>',
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    '</style><script>x</script>',
    '</textarea></title></pre></code></html>',
    '<!--',
    ']]>',
    '&lt;script&gt;',
    'javascript:alert(1)',
    '\u0000<\u0000script>',
    '\u001b]0;title\u0007\u202egnp.exe',
    '\ud800<b>',
    '<form action=//evil><button name=decision value=approve>',
    '<meta http-equiv=refresh content="0;url=//evil">',
    '${7*7}{{7*7}}',
  ),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.string({
    unit: fc.constantFrom('<', '>', '"', "'", '&', '/', '=', ' ', 'a', '\n', '`', '\\'),
    maxLength: 30,
  }),
);

/** The same text without anything in it that markup could take for itself; of the same lines, and blank where it is. */
const tame = (text: string): string => text.toWellFormed().replace(/\S/gu, 'x');

/** Tags with the names of their attributes, in order: all of a page but its texts and values. */
function skeletonOf(page: string): string[] {
  const tags = page.match(/<[^>]*>/g) ?? [];
  return tags.map((tag) => tag.replaceAll(/"[^"]*"/g, '""'));
}

const frameOf = (text: string): Frame => ({
  prefix: '/steward',
  host: text,
  now: AT,
  viewer: { kind: 'device', name: text },
  paused: { until: null, by: text },
  waiting: 1,
});
const asLink = (text: string): Frame => ({ ...frameOf(text), viewer: { kind: 'link', key: text } });

function approvalOf(text: string): Approval {
  const answer = { kind: 'approve' as const, by: text, uid: 1, at: AT, comment: text, digest: text };
  return {
    ...{ id: text, state: 'pending', rule: text, target: text, title: text, why: text, evidence: [text] },
    ...{ effect: 'irreversible', steps: [text, text], undo: [text, null], doubts: [text] },
    preconditions: [{ kind: 'file', name: text, value: text }],
    ...{ digest: text, run: text, change: text, cwd: text, by: { uid: 1, user: text } },
    ...{ createdAt: AT, updatedAt: AT, expiresAt: AT + 1, asked: 2, remindedAt: null, answer },
    result: { run: text, outcome: text, message: text },
  };
}

function incidentOf(text: string): Incident {
  const member = {
    ...{
      fingerprint: text,
      startsAt: text,
      endsAt: text,
      status: 'firing' as const,
      wasSeenFiring: true,
      ended: null,
    },
    ...{ firstSeenAt: AT, lastSeenAt: AT, resolvedSeenAt: null, unlistedAt: null, contradictions: 1 },
    labels: { [text]: text, alertname: text },
    annotations: { summary: text },
  };
  return {
    ...{
      id: text,
      state: 'open',
      intake: 'alertmanager',
      source: text,
      groupKey: text,
      title: text,
      severity: text,
    },
    ...{
      about: 'service',
      hosts: [text],
      openedAt: AT,
      updatedAt: AT,
      stateSince: AT,
      resolvedAt: null,
      reopened: 0,
    },
    ...{ members: [member], missing: 1, deliveries: 1, duplicates: 0, recentKeys: [] },
    runs: [{ run: text, startedAt: AT, endedAt: null, outcome: text }],
    ...{
      foldedInto: text,
      acked: { by: text, at: AT, comment: text },
      timeline: [{ at: AT, text }],
      externalUrl: text,
    },
  } as unknown as Incident;
}

function linesOf(text: string): LogLine[] {
  const events = [
    { type: 'notice.given', level: 'warning', text },
    { type: 'step.decided', decision: 'refuse', command: text, reason: text },
    { type: 'step.started', effect: 'reversible', command: text },
    { type: 'call.finished', tool: text, input: { command: text }, ok: true, refused: false },
    { type: 'model.failed', message: text },
    { type: 'change.planned', change: text, title: text, steps: [text] },
    { type: 'change.ended', change: text, end: 'held', message: text },
    { type: 'run.closed', outcome: 'fixed', reason: 'fixed', message: text, result: text },
  ] as unknown as RunEvent[];
  return events.map((event, seq) => ({ seq, time: new Date(AT).toISOString(), event, prev: '', hash: '' }));
}

const row = (text: string) => ({
  ...{ run: text, name: text, openedAt: AT, goal: text, prompt: text, trigger: text, outcome: text },
  ...{ costUsd: 1, durationMs: 1 },
});

/** Every page, with this text wherever a text can be. */
const PAGES: Record<string, (text: string) => string> = {
  approvals: (text) =>
    approvalsPage(frameOf(text), {
      pending: [approvalOf(text)],
      elsewhere: [approvalOf(text)],
      elsewhereProblem: text,
      past: [{ ...approvalOf(text), state: 'denied' }],
    }),
  approval: (text) =>
    ['pending', 'approved', 'done', 'denied', 'expired', 'void']
      .map((state) => {
        const approval = { ...approvalOf(text), state: state as Approval['state'] };
        const plan = {
          isSame: false,
          problem: null,
          diffs: [{ path: text, diff: `+${text}` }],
          proof: [text],
        };
        const view = {
          approval,
          plan,
          planProblem: text,
          evidence: [{ id: text, title: text, text }],
          isElsewhere: false,
          form: { token: text, hasPin: true },
        };
        return approvalPage(frameOf(text), view) + approvalPage(asLink(text), { ...view, isElsewhere: true });
      })
      .join(''),
  link: (text) =>
    approvalPage(asLink(text), {
      ...{ approval: approvalOf(text), plan: null, planProblem: null, evidence: [], isElsewhere: false },
      form: { token: text, hasPin: true },
    }),
  incidents: (text) =>
    incidentsPage(frameOf(text), [incidentOf(text), { ...incidentOf(text), state: 'closed' }]),
  incident: (text) =>
    incidentPage(frameOf(text), { incident: incidentOf(text), folded: [incidentOf(text)], report: text }),
  runs: (text) => runsPage(frameOf(text), [row(text)]),
  run: (text) => runPage(frameOf(text), { row: row(text), lines: linesOf(text), older: 1 }),
  findings: (text) =>
    findingsPage(frameOf(text), [
      { key: text, severity: text, since: AT, lastSeen: AT, goneAt: null, mutedUntil: AT },
    ]),
  pause: (text) => pausePage(frameOf(text), { token: text }),
  enrol: (text) => enrolmentPage(frameOf(text), { name: text, secret: text, expiresAt: AT, isPlain: true }),
  message: (text) =>
    messagePage(frameOf(text), {
      title: text,
      text,
      hint: text,
      tone: 'bad',
      back: { href: text, word: text },
    }),
};

describe('text from outside', () => {
  it.each(Object.entries(PAGES))('is text on every page, whatever it looks like: %s', (_name, pageOf) => {
    fc.assert(
      fc.property(hostile, (text) => {
        const shown = pageOf(text);
        expect(skeletonOf(shown)).toEqual(skeletonOf(pageOf(tame(text))));
        // No sign that hides, moves or turns text round is left of it.
        expect(shown).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/);
        expect(shown.isWellFormed()).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  it('is there whole for whoever reads it', () => {
    const entities: Record<string, string> = {
      '&lt;': '<',
      '&gt;': '>',
      '&quot;': '"',
      '&#39;': "'",
      '&amp;': '&',
    };
    fc.assert(
      fc.property(hostile, (text) => {
        const read = escapeText(text).replace(/&(?:lt|gt|quot|#39|amp);/g, (sign) => entities[sign] ?? sign);
        expect(read).toBe(printable(text.toWellFormed()));
      }),
    );
  });

  it('does not pass for markup by its shape', () => {
    const forged = { markup: '<b>', isEscaped: true, toString: () => '<b>' };
    expect(String(html`${forged as never}`)).not.toContain('<b>');
    expect(html`<p title="${'"'}">${['<', html`<i>${'&'}</i>`, null, false, 0]}</p>`).toEqual(
      html`<p title="${'"'}">${'<'}<i>${'&'}</i>${0}</p>`,
    );
  });
});
