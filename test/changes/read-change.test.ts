import { describe, expect, it } from 'vitest';
import { readChange } from '../../src/changes/read-change.ts';

const WHOLE = `title: Serve on the port that the balancer asks
targets: [unit:demo.service]
why: it listens on the wrong port
evidence: [P1, C2]
preflight:
  - run: "systemctl cat demo.service"
apply:
  - edit: { file: demo.conf, find: "port = 80", replace: "port = 8080" }
  - write: { file: note.txt, text: "hello\\n" }
  - run: "systemctl restart demo.service"
  - call: { Systemctl: { verb: restart, unit: demo.service } }
verify:
  - run: "systemctl is-active demo.service"
    expect: exit 0
    within: 10s
    for: 2s
  - http: http://127.0.0.1:8080/health
`;

describe('a change file', () => {
  it('is read with everything that it says', async () => {
    const change = await readChange('fix.yaml', WHOLE);
    expect(change).toEqual({
      title: 'Serve on the port that the balancer asks',
      targets: [{ unit: 'demo.service' }],
      why: 'it listens on the wrong port',
      evidence: ['P1', 'C2'],
      preflight: [
        {
          what: { kind: 'run', line: 'systemctl cat demo.service' },
          expect: 'exit 0',
          withinMs: 0,
          forMs: 0,
        },
      ],
      apply: [
        { kind: 'edit', file: 'demo.conf', find: 'port = 80', replace: 'port = 8080' },
        { kind: 'write', file: 'note.txt', text: 'hello\n' },
        { kind: 'run', line: 'systemctl restart demo.service' },
        { kind: 'call', tool: 'Systemctl', input: { verb: 'restart', unit: 'demo.service' } },
      ],
      verify: [
        {
          what: { kind: 'run', line: 'systemctl is-active demo.service' },
          expect: 'exit 0',
          withinMs: 10_000,
          forMs: 2_000,
        },
        {
          what: { kind: 'http', url: 'http://127.0.0.1:8080/health' },
          expect: 'status >= 200 && status < 400',
          withinMs: 0,
          forMs: 1_000,
        },
      ],
      rollback: 'auto',
      window: null,
    });
  });

  it.each([
    ['title: a\napply:\n  - run: x\n', 'fix.yaml:1: verify: is missing'],
    ['title: a\napply:\n  - run: x\nverify: []\n', 'fix.yaml:4: verify: must hold at least one check'],
    [
      'title: a\napply:\n  - rum: x\nverify:\n  - run: "true"\n',
      'fix.yaml:3: apply[0]: must be one of `run: "line"`',
    ],
    [
      'title: a\napply:\n  - edit: {file: x, find: a}\nverify:\n  - run: "true"\n',
      'fix.yaml:3: apply[0].edit.replace: is missing',
    ],
    ['title: a\naply:\n  - run: x\nverify:\n  - run: "true"\n', 'fix.yaml:2: aply: there is no such field'],
    [
      'title: a\napply:\n  - run: x\nverify:\n  - run: "true"\n    within: soon\n',
      'fix.yaml:6: verify[0].within: must be a duration',
    ],
    [
      'title: a\napply:\n  - run: x\nverify:\n  - expect: exit 0\n',
      'fix.yaml:5: verify[0]: must have exactly one of',
    ],
    [
      'title: a\napply:\n  - run: x\nverify:\n  - run: "true"\n    expect: outptu == ""\n',
      'fix.yaml:6: verify[0].expect: Unknown variable: outptu',
    ],
    [
      'title: a\npreflight:\n  - run: "true"\n    expect: exit zero\napply:\n  - run: x\nverify:\n  - run: "true"\n',
      'fix.yaml:4: preflight[0].expect: ',
    ],
    ['title: [a\n', 'fix.yaml:'],
    ['', 'fix.yaml:1: is not a change'],
    ['- 1\n', 'fix.yaml:1: '],
  ])('is refused with file, line and field: %j', async (text, message) => {
    await expect(readChange('fix.yaml', text)).rejects.toMatchObject({
      reason: 'input',
      message: expect.stringContaining(message),
    });
  });

  it.each([
    ['[web1]', [{ host: 'web1' }]],
    ['[/etc/nginx, nginx.service]', [{ path: '/etc/nginx' }, { unit: 'nginx.service' }]],
    [
      '[{host: web1, unit: a.service}, {cluster: lab}]',
      [{ host: 'web1', unit: 'a.service' }, { cluster: 'lab' }],
    ],
  ])('takes targets as names and as places: %s', async (targets, expected) => {
    const text = `title: a\ntargets: ${targets}\napply:\n  - run: x\nverify:\n  - run: "true"\n`;
    expect((await readChange('fix.yaml', text)).targets).toEqual(expected);
  });

  it('takes no target that a shell would read as more than a word', async () => {
    const text = 'title: a\ntargets: ["x; rm -rf /"]\napply:\n  - run: x\nverify:\n  - run: "true"\n';
    await expect(readChange('fix.yaml', text)).rejects.toMatchObject({ reason: 'input' });
  });

  it('names the field that was meant', async () => {
    const text = 'title: a\naply:\n  - run: x\nverify:\n  - run: "true"\n';
    await expect(readChange('fix.yaml', text)).rejects.toMatchObject({ hint: 'Did you mean "apply"?' });
  });
});
