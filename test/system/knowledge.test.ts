import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createBox, createBoxWithModel } from './steward.ts';
import { toldClock } from './told-clock.ts';

/** Neither does a day end while a test runs, nor has the note of March grown old. */
const NOON = toldClock(Date.parse('2026-11-21T12:00:00Z'));

const NOTE = `---
applies_to: [redis.service]
date: 2026-03-02
confidence: high
---
# Restart the workers before redis

Else the queue is lost.
`;

describe('steward knowledge', () => {
  it('keeps, finds and lists notes, and says which may not hold any more', async () => {
    const box = createBox(NOON);
    expect((await box.run(['knowledge', 'list'])).stdout).toContain('no notes yet');
    const file = box.write('note.md', NOTE);
    const added = await box.run(['knowledge', 'add', file]);
    expect(added).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(
        /^Kept in .*\/\.config\/steward\/knowledge\/.*-restart-the-workers-before-redis\.md\n$/,
      ),
    });
    const piped = await box.run(
      [
        'knowledge',
        'add',
        '--title',
        'The NAS sleeps at night',
        '--applies-to',
        'nas',
        '--confidence',
        'low',
      ],
      { input: { pipe: 'Between two and five its disks are off.\n' } },
    );
    expect(piped.code).toBe(0);
    const found = await box.run(['knowledge', 'search', 'queue', 'redis', 'lost']);
    expect(found.stdout).toMatch(
      /^Restart the workers before redis \(\d+ days old, confidence high; about redis\.service; user note /,
    );
    expect((await box.run(['knowledge', 'search', 'disks night sleep'])).stdout).toContain(
      'The NAS sleeps at night (of today, confidence low; about nas',
    );
    expect((await box.run(['knowledge', 'search', 'nothing of the kind'])).stdout).toBe(
      'No note holds all of "nothing of the kind".\n',
    );
    expect((await box.run(['knowledge', 'list'])).stdout.split('\n')).toHaveLength(5);
    const stale = JSON.parse((await box.run(['knowledge', 'stale', '--json'])).stdout) as {
      stale: { why: string }[];
    };
    expect(stale.stale).toEqual([]);
    await box.run(['state', 'scan']);
    expect((await box.run(['knowledge', 'stale'])).stdout).toContain(
      'nothing of what it is about is known any more: redis.service',
    );
    expect(await box.run(['knowledge', 'add', file])).toMatchObject({
      code: 42,
      stderr: expect.stringContaining('is there already'),
    });
    expect(await box.run(['knowledge', 'search'])).toMatchObject({ code: 2 });
  });

  it('tells of a note that is wrong, with file and line, and leaves it out', async () => {
    const box = createBox();
    const path = box.write('.config/steward/knowledge/a.md', '---\nconfidence: sure\n---\nx\n');
    expect(await box.run(['knowledge', 'list'])).toMatchObject({
      code: 0,
      stderr: expect.stringContaining(`left out: ${path}:2: confidence`),
    });
    expect(await box.run(['knowledge', 'add', path])).toMatchObject({
      stderr: expect.stringContaining(`${path}:2: confidence`),
    });
  });
});

describe('a run', () => {
  it('is given notes and rows of the state about what its prompt names, with their age, and asks for the rest', async () => {
    const { box, server } = await createBoxWithModel([
      {
        toolCalls: [
          { name: 'State', input: { ask: 'find', query: 'nas' } },
          { name: 'Knowledge', input: { verb: 'search', words: 'queue lost' } },
          { name: 'State', input: { ask: 'free', kind: 'port' } },
        ],
      },
      { text: 'The NAS is at 10.0.0.9.' },
    ]);
    box.write('.config/steward/knowledge/redis.md', NOTE);
    box.write(
      '.config/steward/inventory.yaml',
      'hosts: { nas: { addresses: [10.0.0.9], owner: anna }, other: {} }\n',
    );
    await box.run(['state', 'scan']);
    const { result } = await box.json(['-p', 'is redis well, and where is the nas?']);
    expect(result.outcome).toBe('reported');
    const [first, second] = server.requests.map(({ body }) => JSON.stringify(body));
    expect(first).toMatch(/host nas: 10\.0\.0\.9, owner anna \[declared in the inventory\]/);
    expect(first).toMatch(/Restart the workers before redis \(\d+ days old, confidence high/);
    expect(first).not.toContain('host other');
    expect(second).toMatch(/Scanned \d+m?s ago/);
    expect(second).toMatch(/\d+ is free \(in 8000-8999 on /);
  });

  it('has neither tool where nothing is on record', async () => {
    const { box, server } = await createBoxWithModel([{ text: 'Well.' }]);
    await box.json(['-p', 'is redis well?']);
    const first = JSON.stringify(server.requests[0]?.body);
    expect(first).toContain('"name":"Change"');
    expect(first).not.toContain('"name":"State"');
    expect(first).not.toContain('"name":"Knowledge"');
  });

  it('proposes a note, which becomes a file only when somebody approves it', async () => {
    const propose = {
      verb: 'propose',
      title: 'Clear the cache after a crash',
      text: 'The app starts only with an empty cache.',
      applies_to: ['app.service'],
    };
    const { box } = await createBoxWithModel([
      { toolCalls: [{ name: 'Knowledge', input: propose }] },
      {
        toolCalls: [
          { name: 'Write', input: { file_path: '.config/steward/knowledge/mine.md', content: 'x' } },
        ],
      },
      { text: 'I proposed a note.' },
      { text: 'The note is kept.' },
    ]);
    box.write('.config/steward/knowledge/redis.md', NOTE);
    Object.assign(box.env, NOON);
    box.write('.config/steward/steward.yaml', 'autonomy: full\n');
    const folder = join(box.home, '.config/steward/knowledge');
    const { result } = await box.json(['-p', 'look'], { cwd: box.home });
    expect(result.outcome).toBe('needs-approval');
    expect(readdirSync(folder)).toEqual(['redis.md']);
    const listed = JSON.parse((await box.run(['approvals', 'list', '--json'])).stdout) as {
      approvals: { id: string }[];
    };
    const id = listed.approvals[0]?.id ?? '';
    expect((await box.run(['approvals', 'show', id])).stdout).toContain(
      'Keep a note: Clear the cache after a crash',
    );
    expect(await box.run(['approvals', 'approve', id], { cwd: box.home })).toMatchObject({ code: 0 });
    const [, made = ''] = readdirSync(folder).sort(
      (a, b) => Number(b === 'redis.md') - Number(a === 'redis.md'),
    );
    expect(existsSync(join(folder, made))).toBe(true);
    expect(readFileSync(join(folder, made), 'utf8')).toMatch(
      /^---\napplies_to: \[app\.service\]\nlearned_from: [\da-f]{8}\ndate: \d{4}-\d\d-\d\d\nconfidence: medium\n---\n# Clear the cache after a crash\n/,
    );
    expect((await box.run(['knowledge', 'search', 'empty cache'])).stdout).toContain(
      'Clear the cache after a crash (of today',
    );
  });
});
