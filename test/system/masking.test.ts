import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Turn, WireRequest } from '../wire/index.ts';
import { type Box, createBox, createBoxWithModel } from './steward.ts';

/** One of each kind: nothing of these may leave the program. */
const SECRETS = {
  environment: 'env-Swordfish-1x',
  address: 'addr-Halibut-7x',
  file: 'file-Marlin-22x',
  credential: 'cred-Tuna-333x',
  shape: 'ghp_0123456789abcdefghijABCDEFGHIJ012345',
  named: 'keyed-Cod-44x',
  pem: 'MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQ',
};
const PEM = `-----BEGIN PRIVATE KEY-----\n${SECRETS.pem}\n${SECRETS.pem}\n-----END PRIVATE KEY-----`;
/** All of them on a line, each as it would stand in a log. */
const LINE = `${SECRETS.environment} ${SECRETS.address} ${SECRETS.file} ${SECRETS.credential} ${SECRETS.shape} password=${SECRETS.named}`;

function plant(box: Box): void {
  box.write('secrets.env', `FISH=${SECRETS.file}\n`);
  box.write('credentials/fish', `${SECRETS.credential}\n`);
  box.write(
    '.config/steward/steward.yaml',
    `isolation: none\nmask: { values_from: [${box.home}/secrets.env] }\n`,
  );
  Object.assign(box.env, {
    NAS_PASSWORD: SECRETS.environment,
    BACKUP_URL: `https://nas:${SECRETS.address}@nas.lan/`,
    CREDENTIALS_DIRECTORY: join(box.home, 'credentials'),
  });
  box.write('app.log', `started\n${LINE}\n${PEM}\nready\n`);
}

function leaks(text: string): string[] {
  return Object.entries(SECRETS).flatMap(([kind, secret]) => (text.includes(secret) ? [kind] : []));
}

/** Sealed thinking goes back to the vendor who made it, unchanged, or is refused. */
function withoutSealed(bodies: unknown): string {
  return JSON.stringify(bodies, (_key, value) => (value?.type === 'thinking' ? 'sealed' : value));
}

/** Everything in the state folder but the salt, as one text. */
function stateOf(box: Box): string {
  const walk = (folder: string): string[] =>
    readdirSync(folder).flatMap((name) => {
      const path = join(folder, name);
      return statSync(path).isDirectory() ? walk(path) : [`${path}\n${readFileSync(path, 'utf8')}`];
    });
  return walk(join(box.home, '.local/state/steward')).join('\n');
}

const bash = (command: string): Turn => ({ toolCalls: [{ name: 'Bash', input: { command } }] });

/** A goal that reads a log, with a rule over its lines; `rule`: what else the rule says. */
function plantFish(box: Box, { rule, gate }: { rule: string[]; gate: string }): void {
  box.write(
    '.config/steward/context/fish.yaml',
    `describe: A log with secrets
run: [cat, ${box.home}/app.log]
parse: lines
facts: { found: output }
rules:
  - id: line
    each: found
    as: l
    object: l
    severity: warning
    class: advisory
    cooldown: 1h
    say: 'it says {l}'
${rule.map((line) => `    ${line}\n`).join('')}`,
  );
  box.write(
    '.config/steward/goals/fish.md',
    `---\ndescription: Look.\nprobes: [fish]\ntools: [Bash]\ngate: ${gate}\n---\nLook.\n`,
  );
}

describe('a secret', () => {
  it('reaches neither model, screen, stream, log nor state, wherever a prompt run meets it', async () => {
    const sent: WireRequest[] = [];
    let token = '';
    const { box } = await createBoxWithModel((request) => {
      sent.push(request);
      token ||= /\[masked:[a-z-]+:[0-9a-f]{4}\]/.exec(request.lastText)?.[0] ?? '';
      const spilled = /The whole is in (\S+):/.exec(request.lastText)?.[1];
      switch (request.toolResults) {
        case 0:
          return { ...bash(`cat ${box.home}/app.log`), thinking: `it may be ${LINE}`, chunkChars: 3 };
        case 1:
          return { toolCalls: [{ name: 'Read', input: { file_path: `${box.home}/app.log`, offset: 4 } }] };
        case 2:
          return bash(`cat ${box.home}/long.log`);
        case 3:
          return { toolCalls: [{ name: 'Read', input: { file_path: spilled, offset: 2001, limit: 3 } }] };
        case 4:
          return { toolCalls: [{ name: 'Bash', input: { command: `echo ${LINE}` } }] };
        case 5:
          return bash(`echo ${token}`);
        case 6:
          return {
            toolCalls: [{ name: 'Write', input: { file_path: join(box.cwd, 'x'), content: `a ${token}` } }],
          };
        default:
          return { text: `The log says ${LINE}\n${PEM}\nThat is all.`, chunkChars: 3 };
      }
    });
    plant(box);
    const noise = 'x'.repeat(60);
    box.write('long.log', `${`${noise}\n`.repeat(2000)}${PEM}\n${LINE}\n${`${noise}\n`.repeat(2000)}`);
    box.write('../work/AGENTS.md', `The NAS: ${LINE}\n`);
    const run = await box.run(
      [
        ...['-p', `What is ${LINE}?`, '--append-system-prompt', `Mind ${LINE}`, '--debug', '--verbose'],
        ...['--output-format', 'stream-json', '--include-partial-messages'],
      ],
      { input: { pipe: `piped in: ${LINE}\n` } },
    );
    expect(run.code, run.stderr).toBe(0);
    expect(sent).toHaveLength(8);
    expect(token).not.toBe('');
    const results = sent.map(({ lastText }) => lastText);
    expect(results[1]).toMatch(
      /started\n.*password=\[masked:[a-z-]+:[0-9a-f]{4}\]\n\[masked:pem:[0-9a-f]{4}\]\nready/s,
    );
    expect(results[4]).toContain('password=[masked:');
    // What holds a token is refused, with a reason that the model can act on.
    expect(results[6]).toContain('stands for a secret that is not shown');
    expect(results[7]).toContain('stands for a secret that you cannot see');

    const id = (JSON.parse(run.stdout.split('\n')[0] ?? '') as { session_id: string }).session_id;
    const show = await box.run(['runs', 'show', id]);
    const json = await box.run(['runs', 'show', id, '--json']);
    const list = await box.run(['runs', 'list', '--json']);
    expect(json.stdout.split('\n').length).toBeGreaterThan(20);
    expect({
      requests: leaks(withoutSealed(sent.map(({ body }) => body))),
      stdout: leaks(run.stdout),
      stderr: leaks(run.stderr),
      state: leaks(stateOf(box)),
      show: leaks(show.stdout + show.stderr),
      json: leaks(json.stdout),
      list: leaks(list.stdout),
    }).toEqual({ requests: [], stdout: [], stderr: [], state: [], show: [], json: [], list: [] });

    // The pieces of the stream are together what the whole message says.
    const lines = run.stdout
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line));
    const last = lines.findLastIndex((line) => line.event?.type === 'message_start');
    const pieces = lines.slice(last).flatMap((line) => line.event?.delta?.text ?? []);
    expect(pieces.length).toBeGreaterThan(1);
    expect(pieces.join('')).toBe(lines.at(-1).result);
    expect((await box.run(['runs', 'verify', id])).code).toBe(0);
  });

  it('has the same token when the run is resumed', async () => {
    const { box, server } = await createBoxWithModel([{ text: 'Noted.' }, { text: 'Still.' }]);
    plant(box);
    await box.run(['-p', `Note ${LINE}`]);
    expect((await box.run(['-c', '-p', `Again ${LINE}`])).code).toBe(0);
    const tokens = server.requests.map(({ body }) =>
      JSON.stringify(body.messages).match(/\[masked:[a-z-]+:[0-9a-f]{4}\]/g),
    );
    expect(tokens[0]).toHaveLength(6);
    expect(tokens[1]).toEqual([...(tokens[0] ?? []), ...(tokens[0] ?? [])]);
  });

  it('reaches nothing from a probe, an alert, a rule, a look-step or a server that repeats it', async () => {
    const { box, server } = await createBoxWithModel(() => ({
      fault: 'status',
      status: 400,
      body: { type: 'error', error: { type: 'invalid_request_error', message: `bad field: ${LINE}` } },
    }));
    plant(box);
    plantFish(box, {
      gate: 'always',
      rule: [
        'changed: l',
        "when: l != ''",
        `look: [[grep, -n, '{l}', ${box.home}/app.log]]`,
        'examples: [{ before: { found: [a] }, facts: { found: [a, b] }, finds: [b] }, { before: { found: [a] }, facts: { found: [a] }, finds: [] }]',
      ],
    });
    const alert = box.write(
      'alert.json',
      JSON.stringify({
        alerts: [{ labels: { alertname: 'x', password: SECRETS.named }, annotations: { text: LINE } }],
      }),
    );
    box.write('app.log', 'started\n');
    const args = ['run', 'fish', '--trigger-file', alert, '--debug', '--model', 'claude-sonnet-5-5'];
    // It learns what is usual, also with secrets in it; then something is new.
    box.write('app.log', `started\npassword=${SECRETS.named}\n`);
    await box.run([...args, '--model', 'none']);
    box.write('app.log', `started\npassword=${SECRETS.named}\n${LINE}\n`);
    const runs = [await box.run(args), await box.json(args), await box.run(['run', 'fish'])];
    const others = await Promise.all(
      [
        ['context', 'fish', '--json'],
        ['context', 'fish'],
        ['findings', 'list', '--json'],
        ['findings', 'list'],
        ['doctor', '--json'],
        ['doctor'],
        ['run', `no-${SECRETS.shape}`, '--debug'],
        ['run', `no-${SECRETS.shape}`, '--output-format', 'json'],
        ['--settings', `{"model": {"password": "${SECRETS.named}"}}`, '-p', 'x', '--debug'],
        [
          'run',
          'fish',
          '--settings',
          `{"mask": {"values_from": ["/${SECRETS.file}/${SECRETS.shape}"]}, "x": "${LINE}"}`,
        ],
      ].map((words) => box.run(words)),
    );
    expect(server.requests.length).toBeGreaterThan(0);
    expect(stateOf(box)).toMatch(/"line:[^"]*\[masked:/);
    expect(stateOf(box)).toMatch(/"fish\.line":\{[^}]*"password=\[masked:/);
    expect({
      requests: leaks(JSON.stringify(server.requests.map(({ body }) => body))),
      printed: [...runs, ...others]
        .map(({ stdout, stderr }) => leaks(stdout + stderr))
        .filter(({ length }) => length > 0),
      state: leaks(stateOf(box)),
    }).toEqual({ requests: [], printed: [], state: [] });
  });

  it('is what a finding is about: it is the same finding in the next run', async () => {
    const box = createBox();
    plant(box);
    plantFish(box, {
      gate: 'findings',
      rule: [
        "when: l.contains('password')",
        "examples: [{ facts: { found: ['password'] }, finds: ['password'] }, { facts: { found: [a] }, finds: [] }]",
      ],
    });
    const states = [];
    for (let i = 0; i < 2; i++) {
      const { result } = await box.json(['run', 'fish']);
      states.push((result.findings as { state: string }[]).map(({ state }) => state));
    }
    expect(states).toEqual([['new'], ['standing']]);
  });
});

describe('steward mask', () => {
  it('passes text through, byte for byte but for secrets', async () => {
    const box = createBox();
    plant(box);
    const before = Buffer.concat([
      Buffer.from('Grüße 🔑\r\n\ttab  \n'),
      Buffer.from([0xff, 0xfe, 0x0a]),
      Buffer.from('end'),
    ]);
    const got: Buffer[] = [];
    const plain = box.start(['mask'], {
      input: { pipe: before },
      onStdout: (child) => child.stdout?.on('data', (chunk: Buffer) => got.push(chunk)),
    });
    expect((await plain.ended).code).toBe(0);
    expect(Buffer.concat(got).equals(before)).toBe(true);
    const { stdout } = await box.run(['mask'], { input: { pipe: `a\n${LINE}\n${PEM}\nb` } });
    expect(leaks(stdout)).toEqual([]);
    expect(stdout).toMatch(/^a\n.*\n\[masked:pem:[0-9a-f]{4}\]\nb$/);
  });

  it('answers each JSON line, in order, with places in the text that it was given', async () => {
    const texts = ['plain é', '🔑 password=tiger x', '', LINE];
    const box = createBox();
    plant(box);
    const input = texts.map((text) => `${JSON.stringify({ id: 1, text })}\n`).join('');
    const { code, stdout } = await box.run(['mask', '--jsonl'], { input: { pipe: input } });
    expect(code).toBe(0);
    const answers = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(answers).toHaveLength(4);
    expect(answers[0]).toEqual({ text: 'plain é', found: [] });
    expect(answers[1].found).toEqual([{ kind: 'password', start: 12, end: 17 }]);
    expect(answers[3].found).toHaveLength(6);
    expect(leaks(stdout)).toEqual([]);
  });

  it('says which line is no JSON, and exits 42', async () => {
    const { code, stderr } = await createBox().run(['mask', '--jsonl'], {
      input: { pipe: '{"text":"a"}\n{"txt":1}\n' },
    });
    expect(code).toBe(42);
    expect(stderr).toContain('stdin line 2: "text" must be a string');
  });
});
