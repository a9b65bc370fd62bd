import type { Recovered } from '../../app/change/recover.ts';

/** `rolled-back run 8c1f0b2a "Open the port": …` */
export function recoveredLine({ run, title, end, failed, message }: Recovered): string {
  const what = title === null ? '' : ` "${title}"`;
  return `${end.padEnd(11)} run ${run.slice(0, 8)}${what}: ${failed === null ? '' : `${failed}: `}${message}\n`;
}
