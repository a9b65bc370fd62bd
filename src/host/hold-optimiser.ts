import { setFlagsFromString } from 'node:v8';

const COMPILERS = ['maglev', 'turbofan'] as const;

/**
 * V8 optimises what is warm, on threads beside us. A run that finds nothing is over before that pays: it took a tenth of
 * a quiet check's processor time. So it waits; what goes on for longer is optimised as ever. Call the answer before code
 * is kept, since V8 takes code only under the flags under which it was kept.
 */
export async function holdOptimiser(forMs: number): Promise<() => void> {
  // Node keeps its own modules compiled, too, and would compile one anew that is loaded meanwhile.
  await import('node:child_process');
  for (const name of COMPILERS) setFlagsFromString(`--no-${name}`);
  const release = (): void => {
    clearTimeout(timer);
    for (const name of COMPILERS) setFlagsFromString(`--${name}`);
  };
  const timer = setTimeout(release, forMs);
  timer.unref();
  return release;
}
