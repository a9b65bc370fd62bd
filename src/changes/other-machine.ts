import type { Change, ChangeStep, ChangeTarget } from '../protocol/change.ts';

/**
 * What is to be done on another host is done there only by a step that names it. Everything else would be done here, in
 * the belief that it is done there.
 */
export function otherMachine(
  change: Change,
  target: ChangeTarget | null,
  hostname: string,
): { field: string; message: string }[] {
  const host = target?.host;
  if (host === undefined || isThisHost(host, hostname)) return [];
  return change.apply.flatMap((step, index) =>
    names(host, step)
      ? []
      : [
          {
            field: `apply[${index}]`,
            message: `would be done on ${hostname}, and its target is the host ${host}; steward changes other machines only by steps that name them`,
          },
        ],
  );
}

/** With or without its domain. */
export function isThisHost(host: string, hostname: string): boolean {
  const [given, own] = [host.toLowerCase(), hostname.toLowerCase()];
  if (given === own || given === 'localhost') return true;
  const isShort = !given.includes('.') || !own.includes('.');
  return isShort && given.split('.')[0] === own.split('.')[0];
}

/** `hosts/nas.nix`, `nomad node drain {target}`. */
function names(host: string, step: ChangeStep): boolean {
  const text = JSON.stringify(step);
  return text.includes('{target}') || text.includes(host);
}
