import { mkdirSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { alertBody, startServing, untilIncidents } from './serving.ts';
import { type Box, createBox } from './steward.ts';

const GOAL = '---\ndescription: Look.\nprobes: [disk]\nautonomy: observe\ngate: never\n---\nLook.\n';

/** The system's steward, and somebody else's on the same machine: two homes, and the socket between them. */
function createBoth(): { system: Box; operator: Box; folder: string } {
  const system = createBox();
  const folder = join(system.home, 'run');
  mkdirSync(folder, { mode: 0o750 });
  system.env.RUNTIME_DIRECTORY = folder;
  return { system, operator: createBox({ STEWARD_SERVE_DIR: folder }), folder };
}

/** One line to the socket, and all that comes back. */
function say(path: string, line: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ path }, () => socket.write(line));
    let text = '';
    socket.setEncoding('utf8');
    socket.on('data', (chunk: string) => {
      text += chunk;
    });
    socket.on('end', () => resolve(text));
    socket.on('error', reject);
  });
}

describe('the system’s runs and incidents from an operator’s terminal', () => {
  it('are listed beside their own, labelled, shown by id, and masked', async () => {
    const { system, operator, folder } = createBoth();
    system.env.SHOP_TOKEN = 'tok-of-the-shop-4711';
    system.write('.config/steward/goals/look.md', GOAL);
    operator.write('.config/steward/goals/look.md', GOAL);
    await system.run(['run', 'look']);
    const serving = await startServing(system, ['--no-runs']);
    expect((statSync(join(folder, 'serve.sock')).mode & 0o777).toString(8)).toBe('660');
    await serving.post('/alertmanager/lab', alertBody('DiskFull', { instance: 'tok-of-the-shop-4711' }));
    await untilIncidents(system, (all) => all.length === 1);
    await operator.run(['run', 'look']);

    const listed = JSON.parse((await operator.run(['runs', 'list', '--json'])).stdout) as {
      run: string;
      at: string;
    }[];
    expect(listed.map(({ at }) => at).sort()).toEqual(['here', 'system']);
    const theirs = listed.find(({ at }) => at === 'system')?.run ?? '';
    const text = (await operator.run(['runs', 'list'])).stdout;
    expect(text).toMatch(new RegExp(`^${theirs} .* look \\(system\\)`, 'm'));
    const shown = await operator.run(['runs', 'show', theirs.slice(0, 8), '--json']);
    expect(shown.stdout.split('\n')[0]).toContain('"type":"run.opened"');
    expect((await operator.run(['runs', 'show', '00000000-aaaa'])).code).toBe(42);

    const incidents = await operator.run(['incidents', 'list']);
    expect(incidents.stdout).toMatch(/ from lab: 1 of 1 fire \(system\)\n/);
    const id = incidents.stdout.split(' ')[0] ?? '';
    for (const verb of ['show', 'report']) {
      const { code, stdout } = await operator.run(['incidents', verb, id]);
      expect([verb, code]).toEqual([verb, 0]);
      expect(stdout).not.toContain('tok-of-the-shop');
    }
    expect((await operator.run(['approvals', 'list'])).stdout).toBe('Nothing waits for an answer.\n');

    const refusal = { refused: { code: 'bad-view', message: expect.any(String), hint: null } };
    for (const line of ['{"v":1,"ask":"stop"}\n', 'x\n', `${'y'.repeat(5_000)}\n`]) {
      const answer = JSON.parse(await say(join(folder, 'serve.sock'), line)) as { refused: { code: string } };
      if (line.length < 100) expect(answer).toEqual(refusal);
      else expect(answer.refused.code).toBe('line-too-long');
    }
    serving.child.kill('SIGTERM');
    expect((await serving.ended).code).toBe(0);
    // The system's steward is gone: their own are there all the same.
    const alone = await operator.run(['runs', 'list']);
    expect([alone.code, alone.stdout.split('\n').length]).toEqual([0, 2]);
  });
});
