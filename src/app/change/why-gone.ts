import type { Gathered } from '../looking/gather.ts';
import type { ApprovedWork } from '../run/run-request.ts';

/** null: it stands, or nobody can tell. Only when the probes that saw it still answer: silence proves nothing. */
export function whyGone(faults: ApprovedWork['faults'], { items, findings }: Gathered): string | null {
  const isGone =
    faults.length > 0 &&
    faults.every(
      ({ key, probe }) =>
        !findings.some((finding) => finding.key === key) &&
        items.some((item) => item.probe === probe && item.status === 'ok'),
    );
  return isGone ? `the fault is gone: ${faults.map(({ key }) => key).join(', ')}` : null;
}
