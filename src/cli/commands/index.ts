/** One chunk of the bundle: to find and read many small files costs more at a start than what they hold. */
export { run as approvals } from './approvals.ts';
export { run as autonomy } from './autonomy.ts';
export { run as change } from './change.ts';
export { run as context } from './context.ts';
export { run as doctor } from './doctor.ts';
export { run as executor } from './executor.ts';
export { run as findings } from './findings.ts';
export { run as handsOff } from './hands-off.ts';
export { run as lock } from './lock.ts';
export { run as mask } from './mask.ts';
export { run as policy } from './policy.ts';
export { run as print } from './print.ts';
export { run as recover } from './recover.ts';
export { run } from './run.ts';
export { run as runs } from './runs.ts';
export { run as session } from './session.ts';
export { run as switches } from './switches.ts';
export { run as undo } from './undo.ts';
