export { findSignatureFault, isAuthorised } from './authorise.ts';
export { readAlerts, readApiAlerts } from './read-alerts.ts';
export { readChecks, readConsul } from './read-consul.ts';
export { type Route, readRoute } from './read-route.ts';
export { readUnit } from './read-unit.ts';
export { BodyRefused } from './refuse-body.ts';
export { openSpool, SPOOL_LIMITS, type Spool, type SpoolLimits } from './spool.ts';
