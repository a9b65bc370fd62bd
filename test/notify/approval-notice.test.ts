import { describe, expect, test } from 'vitest';
import { approvalNotices, digestNotice, plainBody, plainLine } from '../../src/notify/index.ts';
import type { Approval } from '../../src/protocol/approval.ts';
import { aNotice, MINUTE, NOW, SCENE, SECRET } from './scenes.ts';

const HOUR = 60 * MINUTE;
const LINK = 'https://steward.example.org/approvals/a-7f3k9q2w?k=viewkey';

function anApproval(more: Partial<Approval> = {}): Approval {
  return {
    id: 'a-7f3k9q2w',
    state: 'pending',
    rule: 'change',
    target: 'nginx.service',
    title: 'Restart nginx',
    why: 'It does not answer.',
    evidence: ['P1'],
    effect: 'disruptive',
    steps: ['systemctl restart nginx.service'],
    undo: [null],
    doubts: ['an address that nobody declared'],
    preconditions: [],
    digest: 'd1d1d1d1d1d1d1d1d1d1',
    run: '3a7c4a58-0000-4000-8000-000000000000',
    change: 'X1',
    cwd: '/',
    createdAt: NOW - HOUR,
    updatedAt: NOW - HOUR,
    expiresAt: NOW + 11 * HOUR,
    asked: 1,
    remindedAt: null,
    answer: null,
    result: null,
    ...more,
  };
}

const tell = (approval: Approval, now = NOW) =>
  approvalNotices(
    approval,
    { link: LINK, host: 'nuc1', severity: 'critical', remindAfterMs: 6 * HOUR },
    { ...SCENE, now },
  );

describe('an approval in a message', () => {
  test('says what would run, what it does to things, the way back and where to look', () => {
    const [notice] = tell(anApproval());
    expect(plainLine(notice?.headline ?? [])).toBe(
      'APPROVAL Restart nginx of nginx.service on nuc1 since 02:00: steward waits, and has done nothing yet',
    );
    expect(notice === undefined ? '' : plainBody(notice)).toBe(
      [
        'Would run on nuc1:',
        '1. systemctl restart nginx.service',
        'Impact: disruptive, something is interrupted',
        'Rollback: there is none',
        'Look twice: an address that nobody declared',
        'Why:',
        '> It does not answer.',
        '',
        'Answer until 14:00: steward approvals show a-7f3k9q2w',
        '',
        LINK,
      ].join('\n'),
    );
  });

  test('is told once, in its place when the plan is another, and once more after half of its life', () => {
    const keys = (approval: Approval, now?: number) => tell(approval, now).map(({ key }) => key);
    const [first = ''] = keys(anApproval());
    expect(keys(anApproval({ asked: 9, updatedAt: NOW }))).toEqual([first]);
    const [other = '', ...rest] = keys(anApproval({ digest: 'another' }));
    expect([other === first, rest]).toEqual([false, []]);
    const later = tell(anApproval(), NOW + 6 * HOUR);
    expect(later.map(({ kind }) => kind)).toEqual(['opened', 'reminder']);
    expect(keys(anApproval(), NOW + 6 * HOUR)).toEqual(keys(anApproval({ asked: 3 }), NOW + 9 * HOUR));
    expect(new Set([...tell(anApproval()), ...later].map(({ thread }) => thread)).size).toBe(1);
    expect(plainLine(later[1]?.headline ?? [])).toContain('STILL WAITS Restart nginx');
  });

  test('says who answered, or that nobody did, only to who was asked', () => {
    const answer = { kind: 'deny' as const, by: 'anna', uid: 1000, at: NOW, comment: null, digest: 'd' };
    const said = (['denied', 'approved', 'done', 'void', 'expired'] as const).map((state) => {
      const [notice] = tell(anApproval({ state, ...(state === 'expired' ? {} : { answer }) }));
      return [notice?.isSequel, plainLine(notice?.headline ?? [])];
    });
    const line = (word: string, deed: string, by = ' by anna at 03:00') => [
      true,
      `${word} Restart nginx of nginx.service on nuc1 since 02:00${by}: ${deed}`,
    ];
    expect(said).toEqual([
      line('DENIED', 'steward does nothing'),
      line('APPROVED', 'steward carries it out'),
      line('DONE', 'steward carried it out'),
      line('VOID', 'what it rested on is another by now, steward did nothing'),
      line('EXPIRED', 'nobody answered, steward does nothing', ''),
    ]);
  });

  test('never holds a secret, nor the digest that a yes is bound to', () => {
    const digest = 'f00dfeedf00dfeedf00dfeedf00dfeedf00dfeedf00dfeedf00dfeedf00dfeed';
    const [notice] = tell(
      anApproval({
        digest,
        title: SECRET,
        target: SECRET,
        why: SECRET,
        steps: [`echo ${SECRET}`],
        undo: [SECRET],
        doubts: [SECRET],
      }),
    );
    const all = JSON.stringify(notice);
    expect([all.includes(SECRET), all.includes(digest)]).toEqual([false, false]);
  });
});

describe('the digest', () => {
  test('has the last word of each thread, oldest first', () => {
    const item = (thread: string, at: number, text: string) =>
      aNotice({ thread, at, headline: [text], severity: 'info' });
    const notice = digestNotice(
      [
        item('a', NOW - 3 * HOUR, 'a fires'),
        item('b', NOW - 2 * HOUR, 'b fires'),
        item('a', NOW - HOUR, 'a is well'),
      ],
      { day: '2026-11-21', host: 'nuc1' },
      SCENE,
    );
    expect(plainLine(notice.headline)).toBe('DIGEST 2 things on nuc1 since 00:00 that could wait');
    expect(plainBody(notice)).toBe('01:00 b fires\n02:00 a is well');
  });
});
