import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { compileProbes } from '../src/context/index.ts';
import { describeAction } from '../src/protocol/action.ts';
import type { ProbeSpec } from '../src/protocol/probe.ts';

/** docs/reference/probes.md: from the probes' own files, and from what their tests say they rest on. */
export async function probesPage(root: string): Promise<string> {
  const names = (await readdir(join(root, 'context'))).filter((name) => name.endsWith('.yaml')).sort();
  const files = await Promise.all(
    names.map(async (name) => ({
      source: join('context', name),
      text: await readFile(join(root, 'context', name), 'utf8'),
    })),
  );
  const probes = await compileProbes(files);
  const rests = new Map<string, string>();
  for (const { name } of probes) rests.set(name, await restsOn(root, name));
  const documented = probes.filter(({ name }) => rests.get(name)?.startsWith('Document'));
  const rules = probes.reduce((sum, probe) => sum + probe.rules.length, 0);
  return `# Probes

Made by \`npm run docs\` from \`context/*.yaml\` and their tests. ${probes.length} probes, ${rules} rules. [docs/probes.md](../probes.md) says how to declare what they ask.

${documented.length} rest on documentation, because what they ask could not be had where they were made: ${documented.map(({ name }) => `\`${name}\``).join(', ')}. The others were recorded from the real thing.

${probes.map((probe) => describe(probe, rests.get(probe.name) ?? '')).join('\n')}`;
}

function describe(probe: ProbeSpec, rests: string): string {
  const { name, needs, parameters, rules, privilege, access } = probe;
  const parts = Object.entries(parameters).map(([parameter, { about, example, default: standard, from }]) => {
    const value =
      standard !== null
        ? `default \`${JSON.stringify(standard)}\``
        : `needed; like \`${JSON.stringify(example)}\``;
    return `  - \`${parameter}\`: ${about} (${value}${from === null ? '' : `; or \`${from}\` under \`environment\``})`;
  });
  return [
    `## ${name}\n`,
    `${probe.describe}.\n`,
    `- asks: ${asks(probe)}`,
    ...(needs.length === 0 ? [] : [`- where there is: ${needs.map((need) => `\`${need}\``).join(', ')}`]),
    ...(privilege === 'root' ? ['- only as root'] : []),
    ...(access === null ? [] : [`- needs: ${access}`]),
    ...(parts.length === 0 ? [] : [`- is told, under \`probes.parameters.${name}\`:`, ...parts]),
    `- finds: ${rules.map(({ id, severity }) => `\`${id}\` (${severity})`).join(', ') || 'nothing; it only shows'}`,
    `- rests on: ${rests}`,
    '',
  ].join('\n');
}

function asks({ gather }: ProbeSpec): string {
  const line = (argv: readonly string[]) => {
    const text = describeAction({ kind: 'process', argv, cwd: '/' });
    return `\`${text.length > 160 ? `${text.slice(0, 160)}…` : text}\``;
  };
  switch (gather.kind) {
    case 'run':
      return line(gather.argv);
    case 'steps':
      return gather.steps
        .map(({ argv, each }) => `${line(argv)}${each === null ? '' : ' for each'}`)
        .join('; ');
    case 'http':
      return (
        gather.endpoints.map(({ url }) => `\`GET ${url}\``).join(', ') || 'the addresses under `endpoints`'
      );
    case 'executable':
      return `\`${gather.path}\``;
  }
}

/** The comment above a test's \`describe\` names command, version and machine. */
async function restsOn(root: string, name: string): Promise<string> {
  const file = name === 'reboot-needed-nixos' ? 'reboot-needed' : name;
  const test = await readFile(join(root, 'test/context/probes', `${file}.test.ts`), 'utf8');
  const own = new RegExp(`((?:^// .*\\n)+)describe\\('${name}'`, 'm').exec(test)?.[1];
  const comment = own ?? /((?:^\/\/ .*\n)+)describe\(/m.exec(test)?.[1] ?? '';
  return comment
    .replaceAll(/^\/\/ /gm, '')
    .trim()
    .replaceAll('\n', ' ');
}
