import type { FoundItem } from '../../protocol/state-file.ts';
import { listOf, parseJsonOf, type Scanner, ScanProblem, textIn } from './scanner.ts';

/** A machine, and how words become a command on it: as they are here, through ssh elsewhere. */
export interface Machine {
  name: string;
  wrap(argv: readonly string[]): readonly string[];
}

const UNIT_FIELDS = ['Id', 'LoadState', 'ActiveState', 'SubState', 'UnitFileState', 'Requires', 'BindsTo'];

/** Services that are meant to run here, or have failed, and what they cannot do without. */
export function systemdScanner({ name, wrap }: Machine): Scanner {
  return {
    name: `systemd:${name}`,
    kind: 'systemd',
    target: name,
    async scan(ask) {
      const argv = [
        'systemctl',
        'show',
        '*.service',
        '--all',
        '--no-pager',
        `--property=${UNIT_FIELDS.join(',')}`,
      ];
      const units = readUnits(await ask.run(wrap(argv)));
      if (units.length === 0) throw new ScanProblem('systemctl named no unit');
      const services = units.filter(isMeantToRun);
      const known = new Set(services.map(({ Id }) => Id));
      return {
        hosts: [{ id: name, name, host: name, status: 'up', facts: { services: services.length } }],
        services: services.map(
          (unit): FoundItem => ({
            id: `${name}/${unit.Id}`,
            name: unit.Id ?? '',
            host: name,
            status: unit.ActiveState === 'active' ? (unit.SubState ?? null) : (unit.ActiveState ?? null),
            // Requires= and BindsTo= are certain; Wants= and After= alone say nothing of that.
            needs: `${unit.Requires ?? ''} ${unit.BindsTo ?? ''}`
              .split(/\s+/)
              .filter((need) => known.has(need) && need !== unit.Id)
              .map((need) => `${name}/${need}`),
            facts: { manager: 'systemd', enabled: unit.UnitFileState ?? null },
          }),
        ),
      };
    },
  };
}

type Unit = Record<string, string>;

/** systemctl(1), show: `Key=Value` lines, an empty line between units. */
function readUnits(text: string): Unit[] {
  return text
    .split(/\n\s*\n/)
    .map((block) =>
      Object.fromEntries(
        block.split('\n').flatMap((line) => {
          const at = line.indexOf('=');
          return at === -1 ? [] : [[line.slice(0, at), line.slice(at + 1).trim()] as const];
        }),
      ),
    )
    .filter((unit) => unit.Id !== undefined && unit.LoadState === 'loaded');
}

/** What was started once and is over, by design, is no service that somebody misses. */
function isMeantToRun({ ActiveState, SubState, UnitFileState }: Unit): boolean {
  if (ActiveState === 'failed' || ActiveState === 'activating') return true;
  if (ActiveState === 'active') return SubState !== 'exited';
  return UnitFileState === 'enabled';
}

/** What listens for others, by port. */
export function portsScanner({ name, wrap }: Machine): Scanner {
  return {
    name: `ports:${name}`,
    kind: 'ports',
    target: name,
    async scan(ask) {
      const text = await ask.run(wrap(['ss', '-Hltn']));
      const byPort = new Map<number, Set<string>>();
      for (const line of text.split('\n')) {
        const match = /^\S+\s+\d+\s+\d+\s+(\S+):(\d+)\s/.exec(line);
        if (match === null) continue;
        const address = (match[1] ?? '').replace(/^\[|\]$/g, '').replace(/%.*$/, '');
        const port = Number(match[2]);
        byPort.set(port, (byPort.get(port) ?? new Set()).add(address));
      }
      return {
        endpoints: [...byPort]
          .sort(([a], [b]) => a - b)
          .map(([port, addresses]) => ({
            id: `${name}:${port}`,
            name: `${name}:${port}`,
            host: name,
            status: 'listening',
            // Every address of the host, which other rows name.
            addresses: [...addresses].filter((address) => !/^(\*|0\.0\.0\.0|::)$/.test(address)).sort(),
            ports: [port],
          })),
      };
    },
  };
}

/** Addresses of this machine's own interfaces; loopback and link-local ones name nothing for others. */
export function addressScanner({ name, wrap }: Machine): Scanner {
  return {
    name: `addresses:${name}`,
    kind: 'addresses',
    target: name,
    async scan(ask) {
      const links = listOf(
        parseJsonOf(await ask.run(wrap(['ip', '-j', 'address'])), 'ip'),
        'what ip printed',
      );
      const addresses = links
        .flatMap((link) => (Array.isArray(link.addr_info) ? listOf(link.addr_info, 'addr_info') : []))
        .filter(({ scope }) => scope === 'global')
        .flatMap((row) => textIn(row, 'local') ?? []);
      return { hosts: [{ id: name, name, host: name, addresses }] };
    },
  };
}

/** `docker ps` prints an object a line. */
export function dockerScanner({ name, wrap }: Machine): Scanner {
  return {
    name: `docker:${name}`,
    kind: 'docker',
    target: name,
    async scan(ask) {
      const text = await ask.run(wrap(['docker', 'ps', '--all', '--no-trunc', '--format', '{{json .}}']));
      const rows = text
        .split('\n')
        .filter((line) => line.trim() !== '')
        .map((line) => listOf([parseJsonOf(line, 'docker')], 'docker')[0] ?? {});
      return {
        services: rows.map((row) => {
          const container = textIn(row, 'Names') ?? textIn(row, 'ID') ?? '';
          const labels = textIn(row, 'Labels') ?? '';
          const project = /(?:^|,)com\.docker\.compose\.project=([^,]+)/.exec(labels)?.[1];
          return {
            id: `${name}/${container}`,
            name: container,
            host: name,
            status: /unhealthy/.test(textIn(row, 'Status') ?? '') ? 'unhealthy' : textIn(row, 'State'),
            ports: [...(textIn(row, 'Ports') ?? '').matchAll(/:(\d+)->/g)]
              .map(([, port]) => Number(port))
              .filter(isFirst),
            facts: {
              manager: 'docker',
              image: textIn(row, 'Image'),
              ...(project === undefined ? {} : { project }),
            },
          };
        }),
      };
    },
  };
}

function isFirst<T>(value: T, index: number, all: readonly T[]): boolean {
  return all.indexOf(value) === index;
}
