import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { COMMANDS } from '../../../src/cli/command-table.ts';
import { parseArguments } from '../../../src/cli/parse-arguments.ts';
import { loadSettings } from '../../../src/config/index.ts';
import { operatorFiles } from '../../fakes/operator-files.ts';

const PROJECT = join(import.meta.dirname, '../../..');
const read = (path: string): string => readFileSync(join(PROJECT, path), 'utf8');

interface Block {
  type: string;
  labels: string[];
  attributes: Record<string, unknown>;
  blocks: Block[];
}

/** A stand-in for HCL: blocks, and attributes of strings, numbers, lists and references; no expressions. */
function readHcl(text: string): Block[] {
  const tokens = text.replace(/^\s*#.*$/gm, '').match(/"(?:[^"\\]|\\.)*"|[{}[\]=,]|[\w.-]+|\n/g) ?? [''];
  let at = 0;
  const skip = (): void => {
    while (tokens[at] === '\n') at += 1;
  };
  const value = (): unknown => {
    const token = tokens[at++] ?? '';
    if (token === '[') {
      const items: unknown[] = [];
      for (skip(); tokens[at] !== ']'; skip()) {
        items.push(value());
        skip();
        if (tokens[at] === ',') at += 1;
      }
      at += 1;
      return items;
    }
    if (token.startsWith('"')) return JSON.parse(token) as string;
    if (/^-?\d+(\.\d+)?$/.test(token)) return Number(token);
    if (!/^[a-z][\w.]*$/.test(token)) throw new Error(`no value: ${token}`);
    return { reference: token };
  };
  const body = (isNested: boolean): Omit<Block, 'type' | 'labels'> => {
    const made: Omit<Block, 'type' | 'labels'> = { attributes: {}, blocks: [] };
    for (;;) {
      skip();
      const type = tokens[at++];
      if (type === undefined && !isNested) return made;
      if (type === '}' && isNested) return made;
      if (type === undefined || !/^[A-Za-z]\w*$/.test(type)) throw new Error(`no name: ${type}`);
      if (tokens[at] === '=') {
        at += 1;
        made.attributes[type] = value();
        continue;
      }
      const labels: string[] = [];
      while (tokens[at]?.startsWith('"')) labels.push(JSON.parse(tokens[at++] ?? '') as string);
      if (tokens[at++] !== '{') throw new Error(`no block: ${type}`);
      made.blocks.push({ type, labels, ...body(true) });
    }
  };
  return body(false).blocks;
}

function find(blocks: readonly Block[], ...path: string[]): Block {
  const [type, ...rest] = path;
  const found = blocks.find((block) => block.type === type);
  if (found === undefined) throw new Error(`no block ${type}`);
  return rest.length === 0 ? found : find(found.blocks, ...rest);
}

describe('the job for Nomad (a stand-in for its reader of HCL)', () => {
  const blocks = readHcl(read('packaging/nomad/steward.nomad.hcl'));

  it('starts serve as it can be started, under its own user, and lets it end in order', () => {
    const task = find(blocks, 'job', 'group', 'task');
    expect([task.attributes.driver, task.attributes.user]).toEqual(['raw_exec', 'steward']);
    const { command, args } = find(task.blocks, 'config').attributes as { command: string; args: string[] };
    expect(command).toBe('/opt/steward/bin/steward');
    const words = args.map((word) => (typeof word === 'string' ? word : '127.0.0.1:9097'));
    const row = COMMANDS.find(({ name }) => name === words[0]);
    expect(parseArguments(words.slice(1), row?.options ?? []).value('listen')).toBe('127.0.0.1:9097');
    const unit = read('triggers/systemd/steward-serve.service');
    const [, seconds] = /^TimeoutStopSec=(\d+)$/m.exec(unit) ?? [];
    expect([task.attributes.kill_signal, task.attributes.kill_timeout]).toEqual(['SIGTERM', `${seconds}s`]);
  });

  it('runs one at a time, where its state is, and declares each variable that it names', () => {
    const group = find(blocks, 'job', 'group');
    expect([group.attributes.count, find(group.blocks, 'update').attributes.canary]).toEqual([1, 0]);
    expect(find(blocks, 'job', 'constraint').attributes.value).toEqual({ reference: 'var.host' });
  });

  it('declares each variable that it names, and names each that it declares', () => {
    for (const name of ['steward', 'steward-check']) {
      const text = read(`packaging/nomad/${name}.nomad.hcl`);
      const declared = readHcl(text).filter(({ type }) => type === 'variable');
      const named = [...text.matchAll(/\bvar\.(\w+)/g)].map(([, variable]) => variable);
      expect([...new Set(named)].sort()).toEqual(declared.map(({ labels: [label] }) => label).sort());
    }
  });

  it('has a check beside it that runs a goal once a slot, as timers do', () => {
    const check = find(readHcl(read('packaging/nomad/steward-check.nomad.hcl')), 'job');
    expect([check.attributes.type, find(check.blocks, 'periodic').attributes.prohibit_overlap]).toEqual([
      'batch',
      { reference: 'true' },
    ]);
    const { command, args } = find(check.blocks, 'group', 'task', 'config').attributes;
    expect([command, args]).toEqual(['/opt/steward/triggers/scheduled-check', ['health-check', 'hourly']]);
  });
});

describe('the settings for Uptime Kuma', () => {
  it('are settings', async () => {
    const path = '/etc/steward/steward.yaml';
    const { settings } = await loadSettings({
      files: operatorFiles({ [path]: read('packaging/uptime-kuma/steward.yaml') }),
      ...{ env: {}, cwd: '/', home: '/root', flags: { settings: null, values: {} } },
    });
    expect(settings.notify.heartbeat_url).toContain('/api/push/');
    expect(settings.notify.heartbeat_every).toBe(60_000);
  });
});

describe('the contact point for Grafana', () => {
  it('sends where serve takes it, and signs as the settings beside it expect', () => {
    const { contactPoints } = parse(read('packaging/grafana/contact-point.yaml')) as {
      contactPoints: { receivers: { settings: Record<string, Record<string, string>> }[] }[];
    };
    const settings = contactPoints[0]?.receivers[0]?.settings;
    expect(settings?.url).toMatch(/\/grafana\/\w+$/);
    expect(settings?.hmacConfig?.header?.toLowerCase()).toBe('x-grafana-alerting-signature');
  });
});
