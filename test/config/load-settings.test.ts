import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { loadSettings, type SettingsInput } from '../../src/config/index.ts';
import { OpsError } from '../../src/lib/ops-error.ts';
import { AUTONOMIES, autonomyRank } from '../../src/protocol/effect.ts';
import { operatorFiles } from '../fakes/operator-files.ts';

const SYSTEM = '/etc/steward/steward.yaml';
const USER = '/home/kim/.config/steward/steward.yaml';
const PROJECT = '/srv/infra/.steward/steward.yaml';

function load(
  files: Record<string, string>,
  rest: Partial<Pick<SettingsInput, 'env' | 'isSystemOnly'>> & {
    settings?: string;
    flags?: SettingsInput['flags']['values'];
  } = {},
) {
  return loadSettings({
    files: operatorFiles(files),
    env: rest.env ?? {},
    cwd: '/srv/infra',
    home: '/home/kim',
    isSystemOnly: rest.isSystemOnly ?? false,
    flags: { settings: rest.settings ?? null, values: rest.flags ?? {} },
  });
}

async function failure(
  promise: Promise<unknown>,
): Promise<{ message: string; reason: string; hint: string | null }> {
  const error = await promise.then(
    () => undefined,
    (caught: unknown) => caught,
  );
  if (!(error instanceof OpsError)) throw new Error(`no OpsError but ${String(error)}`);
  return { message: error.message, reason: error.reason, hint: error.hint };
}

describe('loadSettings', () => {
  test('gives the defaults when there is no file', async () => {
    expect(await load({})).toEqual({
      settings: {
        model: null,
        fallback_models: [],
        providers: {},
        permissions: { allow: [], ask: [], deny: [] },
        permissions_headless: { allow: [], ask: [], deny: [] },
        permissions_interactive: { allow: [], ask: [], deny: [] },
        autonomy: 'propose',
        isolation: 'auto',
        executor: 'auto',
        executor_autonomy: 'propose',
        executor_approvers: ['root', '@steward-approvers'],
        limits: { turns: null, calls: null, tokens: null, usd: null, duration: null },
        budgets: { usd_per_day: null, usd_per_month: null, usd_per_day_by_trigger: {} },
        probes: { disabled: [], dirs: [], parameters: {} },
        endpoints: [],
        environment: {},
        changes: { dead_man: 300_000 },
        retention: { days: 90, keep: 500 },
        ssh: { hosts: [] },
        output: { limit: 16384 },
        intake: { sources: [], timestamp_header: null, alertmanagers: {}, consul: {} },
        incidents: {
          hosts: {},
          heartbeats: ['Watchdog', 'DeadMansSwitch'],
          heartbeat_timeout: null,
          expire_after: 26 * 3_600_000,
          settle: 5_000,
          cooldown: 3_600_000,
          rules: [],
          quiet_hours: [],
          maintenance: [],
          runs_per_hour: 12,
        },
        chain: { depth: 2, runs_per_hour: 6 },
        graph: { dependencies: null },
        knowledge: { dirs: [] },
        state: { inventory: null },
        notify: {
          channels: {},
          routes: { critical: null, warning: null, info: null },
          escalate_after: null,
          escalate_to: [],
          escalate_from: 'critical',
          digest_at: '08:00',
          digest_to: [],
          quiet: [],
          heartbeat_url: null,
          heartbeat_every: 60_000,
        },
        pages: { url: null },
        screen: {
          theme: 'terminal',
          animation: 'on',
          notify: 'auto',
          probes: ['systemd-failed', 'disk', 'memory', 'oom', 'reboot-needed'],
        },
        state_dir: null,
        goals: { enabled: [] },
        mask: { values_from: [] },
      },
      origins: {},
      sources: [],
      notices: [],
    });
  });

  test('reads the system alone for what must not be told what to do', async () => {
    const files = {
      [SYSTEM]: 'autonomy: full\n',
      [USER]: 'autonomy: observe\n',
      [PROJECT]: 'autonomy: observe\n',
    };
    const loaded = await load(files, { env: { STEWARD_AUTONOMY: 'reversible' }, isSystemOnly: true });
    expect([loaded.settings.autonomy, loaded.sources]).toEqual(['full', [SYSTEM]]);
  });

  test('gives what is nobody else’s: whoever adds to it changes no other load', async () => {
    const { settings } = await load({});
    settings.endpoints.push({ name: 'x', url: 'http://x.lan/', expect_status: 200 });
    settings.environment.NOMAD_ADDR = 'https://nomad.lan';
    const again = await load({});
    expect([again.settings.endpoints, again.settings.environment]).toEqual([[], {}]);
  });

  test('reads every kind of value', async () => {
    const { settings } = await load({
      [SYSTEM]: `
model: nas/qwen3
providers:
  nas: { kind: openai-compatible, base_url: "http://nas.lan:8080/v1", place: local, context_tokens: 32768 }
  ds:
    kind: openai-compatible
    base_url: https://api.example.com
    api_key_env: DS_KEY
    price: { input: 0.27, output: 1.1 }
permissions: { allow: ["Bash(nomad job status *)", Read] }
limits: { duration: 10m, usd: 0 }
budgets: { usd_per_day_by_trigger: { alert: 1 } }
probes: { dirs: [~/probes] }
endpoints: [{ name: web, url: "https://web.lan/health" }]
environment: { NOMAD_ADDR: "https://nomad.lan:4646", PGPORT: 5432 }
output: { limit: 4KiB }
`,
    });
    expect(settings.providers).toEqual({
      nas: {
        kind: 'openai-compatible',
        base_url: 'http://nas.lan:8080/v1',
        place: 'local',
        context_tokens: 32768,
        api_key_env: null,
        api_key_credential: null,
        max_output_tokens: null,
        price: null,
      },
      ds: {
        kind: 'openai-compatible',
        base_url: 'https://api.example.com',
        place: null,
        context_tokens: null,
        api_key_env: 'DS_KEY',
        api_key_credential: null,
        max_output_tokens: null,
        price: { input: 0.27, output: 1.1, cache_read: null, cache_write: null },
      },
    });
    expect(settings.permissions.allow).toEqual(['Bash(nomad job status *)', 'Read']);
    expect(settings.limits).toMatchObject({ duration: 600_000, usd: 0, turns: null });
    expect(settings.budgets.usd_per_day_by_trigger).toEqual({ alert: 1 });
    expect(settings.probes.dirs).toEqual(['/home/kim/probes']);
    expect(settings.endpoints).toEqual([{ name: 'web', url: 'https://web.lan/health', expect_status: null }]);
    expect(settings.environment).toEqual({ NOMAD_ADDR: 'https://nomad.lan:4646', PGPORT: '5432' });
    expect(settings.output.limit).toBe(4096);
  });

  test('lets scalars be replaced, lists grow and maps merge, level by level', async () => {
    const loaded = await load(
      {
        [SYSTEM]:
          'model: a\nlimits: {turns: 10}\npermissions: {deny: ["Bash(rm *)"]}\nenvironment: {NOMAD_ADDR: "http://a"}\n',
        [USER]:
          'model: b\npermissions: {deny: ["Bash(dd *)", "Bash(rm *)"]}\nenvironment: {CONSUL_HTTP_ADDR: "http://b"}\n',
      },
      {
        env: {
          STEWARD_MODEL: 'c',
          STEWARD_MAX_TURNS: '8',
          STEWARD_FALLBACK_MODELS: 'd, e',
          STEWARD_AUTONOMY: '',
        },
        settings: '{"model": "f", "permissions": {"allow": ["Read"]}}',
        flags: { 'limits.duration': '2m', 'permissions.allow': ['Bash(ls *)'] },
      },
    );
    expect(loaded.settings.model).toBe('f');
    expect(loaded.settings.limits).toMatchObject({ turns: 8, duration: 120_000 });
    expect(loaded.settings.fallback_models).toEqual(['d', 'e']);
    expect(loaded.settings.permissions).toEqual({
      allow: ['Read', 'Bash(ls *)'],
      ask: [],
      deny: ['Bash(rm *)', 'Bash(dd *)'],
    });
    expect(loaded.settings.environment).toEqual({ NOMAD_ADDR: 'http://a', CONSUL_HTTP_ADDR: 'http://b' });
    expect(loaded.sources).toEqual([SYSTEM, USER, '--settings']);
    expect(loaded.origins.model).toEqual([{ level: 'command line', place: '--settings:1' }]);
    expect(loaded.origins['permissions.deny']).toEqual([
      { level: 'system', place: `${SYSTEM}:3` },
      { level: 'user', place: `${USER}:2` },
    ]);
  });

  test('takes the user file from XDG_CONFIG_HOME when that is absolute', async () => {
    const files = { '/cfg/steward/steward.yaml': 'model: x\n', [USER]: 'model: y\n' };
    expect((await load(files, { env: { XDG_CONFIG_HOME: '/cfg' } })).settings.model).toBe('x');
    expect((await load(files, { env: { XDG_CONFIG_HOME: 'cfg' } })).settings.model).toBe('y');
  });

  test('reads --settings from a file, and says so when there is none', async () => {
    expect(
      (await load({ '/tmp/s.json': '{"model": "x"}' }, { settings: '/tmp/s.json' })).settings.model,
    ).toBe('x');
    expect(await failure(load({}, { settings: '/tmp/none.yaml' }))).toEqual({
      message: '--settings: there is no file /tmp/none.yaml',
      reason: 'settings',
      hint: expect.stringContaining('JSON in braces'),
    });
  });
});

describe('a project file', () => {
  test('can tighten', async () => {
    const { settings, notices } = await load({
      [SYSTEM]: 'autonomy: reversible\nlimits: {turns: 10}\nbudgets: {usd_per_day_by_trigger: {alert: 2}}\n',
      [PROJECT]:
        'autonomy: observe\nlimits: {turns: 5, usd: 1}\npermissions: {deny: ["Bash(nomad *)"]}\nbudgets: {usd_per_day_by_trigger: {alert: 1, timer: 3}}\n',
    });
    expect(notices).toEqual([]);
    expect(settings.autonomy).toBe('observe');
    expect(settings.limits).toMatchObject({ turns: 5, usd: 1 });
    expect(settings.permissions.deny).toEqual(['Bash(nomad *)']);
    expect(settings.budgets.usd_per_day_by_trigger).toEqual({ alert: 1, timer: 3 });
  });

  test('can confine commands more, and never accept that nothing does', async () => {
    const isolationOf = async (system: string, project: string) =>
      (await load({ [SYSTEM]: `isolation: ${system}\n`, [PROJECT]: `isolation: ${project}\n` })).settings
        .isolation;
    expect(await isolationOf('auto', 'bwrap')).toBe('bwrap');
    expect(await isolationOf('auto', 'none')).toBe('auto');
    expect(await isolationOf('bwrap', 'unit')).toBe('bwrap');
    expect(await isolationOf('none', 'auto')).toBe('auto');
  });

  test('cannot loosen: what it asks for is ignored, with file, line and key', async () => {
    const { settings, notices } = await load({
      [SYSTEM]: 'limits: {turns: 10}\nbudgets: {usd_per_day_by_trigger: {alert: 2}}\n',
      [PROJECT]: `autonomy: full
limits:
  turns: 50
permissions:
  allow: ["Bash"]
environment: { NOMAD_ADDR: "http://evil.example" }
model: somebody-elses
budgets: { usd_per_day_by_trigger: { alert: 9 } }
state_dir: /tmp/x
`,
    });
    expect(notices).toEqual([
      `${PROJECT}:1: autonomy is ignored: a project can only lower it`,
      `${PROJECT}:3: limits.turns is ignored: a project can only lower it`,
      `${PROJECT}:5: permissions.allow is ignored: a project cannot set it`,
      `${PROJECT}:6: environment is ignored: a project cannot set it`,
      `${PROJECT}:7: model is ignored: a project cannot set it`,
      `${PROJECT}:8: budgets.usd_per_day_by_trigger.alert is ignored: a project can only lower it`,
      `${PROJECT}:9: state_dir is ignored: a project cannot set it`,
    ]);
    expect(settings).toEqual(
      (await load({ [SYSTEM]: 'limits: {turns: 10}\nbudgets: {usd_per_day_by_trigger: {alert: 2}}\n' }))
        .settings,
    );
  });

  test('never leaves a run with more autonomy, a higher limit or fewer denials than without it', async () => {
    const limit = fc.option(fc.integer({ min: 1, max: 100 }), { nil: null });
    const level = fc.record({
      autonomy: fc.constantFrom(...AUTONOMIES),
      turns: limit,
      deny: fc.array(fc.constantFrom('Bash(a)', 'Bash(b)', 'Bash(c)')),
    });
    const write = ({ autonomy, turns, deny }: { autonomy: string; turns: number | null; deny: string[] }) =>
      JSON.stringify({ autonomy, limits: { turns }, permissions: { deny, allow: deny } });
    await fc.assert(
      fc.asyncProperty(level, level, async (system, project) => {
        const without = (await load({ [SYSTEM]: write(system) })).settings;
        const withIt = (await load({ [SYSTEM]: write(system), [PROJECT]: write(project) })).settings;
        expect(autonomyRank(withIt.autonomy)).toBeLessThanOrEqual(autonomyRank(without.autonomy));
        expect(withIt.limits.turns ?? Infinity).toBeLessThanOrEqual(without.limits.turns ?? Infinity);
        expect(withIt.permissions.deny).toEqual(expect.arrayContaining(without.permissions.deny));
        expect(withIt.permissions.allow).toEqual(without.permissions.allow);
      }),
      { numRuns: 60 },
    );
  });
});

describe('a wrong settings file', () => {
  test.each([
    ['modell: x\n', ':1: modell: there is no such setting', 'Did you mean `model`?'],
    ['limits:\n  turn: 3\n', ':2: limits.turn: there is no such setting', 'Did you mean `limits.turns`?'],
    ['turns: 3\n', ':1: turns: there is no such setting', 'Did you mean `limits.turns`?'],
    [
      'retention:\n  forever: true\n',
      ':2: retention.forever: there is no such setting',
      'Known in `retention`: retention.days, retention.keep.',
    ],
    ['limits: 3\n', ':1: limits: must be a map of settings', null],
    ['- a\n', ':1: must be a map of settings', null],
    [
      '\n\nautonomy: maximum\n',
      ':3: autonomy: must be one of observe, propose, reversible, full, not "maximum"',
      null,
    ],
    [
      'limits:\n  duration: 10\n',
      ':2: limits.duration: must be a duration like 90s, 10m, 2h or 1d, not 10',
      null,
    ],
    ['limits: {turns: 0}\n', ':1: limits.turns: must be a whole number above 0, not 0', null],
    [
      'permissions:\n  deny:\n    - Bash(rm *)\n    - "rm -rf"\n',
      ':4: permissions.deny.1: must be a permission rule, like Bash(nomad job status *)',
      null,
    ],
    [
      'endpoints:\n  - name: a\n',
      ':2: endpoints.0: needs url: an http or https URL without a password',
      null,
    ],
    [
      'endpoints:\n  - {name: a, url: "ftp://x"}\n',
      ':2: endpoints.0.url: must be an http or https URL without a password, not "ftp://x"',
      null,
    ],
    [
      'endpoints:\n  - {name: a, uri: "http://x"}\n',
      ':2: endpoints.0.uri: no such field; known are name, url, expect_status',
      null,
    ],
    ['model: [\n', ':2: not valid YAML', null],
  ])('is named with line and field: %j', async (text, message, hint) => {
    const error = await failure(load({ [SYSTEM]: text }));
    expect(error.message.startsWith(`${SYSTEM}${message}`), error.message).toBe(true);
    expect(error).toMatchObject({ reason: 'settings', hint });
  });

  test('cannot put a secret or any other variable into the environment of commands', async () => {
    const error = await failure(load({ [SYSTEM]: 'environment:\n  LD_PRELOAD: /tmp/x.so\n' }));
    expect(error.message).toMatch(/:2: environment\.LD_PRELOAD: no such name; known are NOMAD_ADDR, /);
  });

  test('of the environment is named by its variable, a wrong flag by its setting', async () => {
    expect(await failure(load({}, { env: { STEWARD_MAX_TURNS: 'many' } }))).toEqual({
      message: 'STEWARD_MAX_TURNS: must be a whole number above 0, not "many"',
      reason: 'settings',
      hint: null,
    });
    expect(await failure(load({}, { flags: { 'limits.usd': '-1' } }))).toMatchObject({
      message: 'limits.usd: must be a number of US dollars, 0 or more, not -1',
      reason: 'usage',
    });
  });

  test('fails with an OpsError or loads, whatever its text', async () => {
    const piece = fc.constantFrom(
      'model',
      'limits',
      'turns',
      ': ',
      '\n',
      '  ',
      '- ',
      '{',
      '}',
      '[',
      ']',
      '3',
      'x',
      'permissions',
      'permissions_headless',
      'permissions_interactive',
      'deny',
      '"',
      '__proto__',
      'constructor',
    );
    await fc.assert(
      fc.asyncProperty(fc.array(piece), async (pieces) => {
        const result = await load({ [SYSTEM]: pieces.join('') }).catch((error: unknown) => error);
        if (result instanceof Error) expect(result).toBeInstanceOf(OpsError);
      }),
    );
  });
});
