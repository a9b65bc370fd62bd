import { readFileSync, realpathSync } from 'node:fs';
import type { OwnGround } from '../protocol/own-ground.ts';

/** From the kernel, without starting anything. What cannot be read is left out: other grounds still hold. */
export function readOwnGround(folders: readonly string[]): Omit<OwnGround, 'isModelHere'> {
  return {
    unit: unitOf(readText('/proc/self/cgroup')),
    interfaces: [
      ...new Set([...routesOf(readText('/proc/net/route')), ...routes6Of(readText('/proc/net/ipv6_route'))]),
    ],
    folders: [...new Set(folders.map(real))],
  };
}

/** The innermost service or scope of a line like `0::/system.slice/steward-check.service`. */
export function unitOf(cgroup: string): string | null {
  const parts = cgroup.split('\n').flatMap((line) => line.split(':').slice(2).join(':').split('/'));
  return parts.findLast((part) => part.endsWith('.service')) ?? null;
}

/** Columns: interface, destination, gateway, flags, … in hex; the default route has destination 0. */
export function routesOf(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .flatMap(([name, destination]) => (destination === '00000000' && name !== undefined ? [name] : []));
}

/** Columns: destination, its prefix length, …, interface last. */
export function routes6Of(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .flatMap((columns) => {
      const isDefault = /^0{32}$/.test(columns[0] ?? '') && columns[1] === '00';
      const name = columns.at(-1);
      // `lo` holds the unreachable default that every kernel has.
      return isDefault && name !== undefined && name !== 'lo' ? [name] : [];
    });
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function real(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
