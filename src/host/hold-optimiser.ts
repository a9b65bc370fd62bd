import { setFlagsFromString } from 'node:v8';

/** As it is meanwhile, and as V8 has it. */
const FLAGS = [
  ['--no-sparkplug', '--sparkplug'],
  ['--no-maglev', '--maglev'],
  ['--no-turbofan', '--turbofan'],
  // How often a regular expression is interpreted before it is compiled, and what is done to interpret it faster.
  ['--regexp-tier-up-ticks=50', '--regexp-tier-up-ticks=1'],
  ['--no-regexp-peephole-optimization', '--regexp-peephole-optimization'],
] as const;

/**
 * V8 optimises what is warm, on threads beside us. A run that finds nothing is over before that pays: it took a tenth of
 * a quiet check's processor time. So it waits; what goes on for longer is optimised as ever. Call the answer before code
 * is kept, since V8 takes code only under the flags under which it was kept.
 */
export async function holdOptimiser(forMs: number): Promise<() => void> {
  // Node keeps its own modules compiled, too, and would compile one anew that is loaded meanwhile.
  await import('node:child_process');
  for (const [meanwhile] of FLAGS) setFlagsFromString(meanwhile);
  const release = (): void => {
    clearTimeout(timer);
    for (const [, afterwards] of FLAGS) setFlagsFromString(afterwards);
  };
  const timer = setTimeout(release, forMs);
  timer.unref();
  return release;
}
