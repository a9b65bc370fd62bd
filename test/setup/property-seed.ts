import fc from 'fast-check';

/**
 * The same cases in each run, so that a change is judged by what it changed.
 * `npm run soak` draws new ones; what it finds becomes a case of its own beside the property.
 */
if (process.env.STEWARD_SOAK !== 'full') fc.configureGlobal({ seed: 20_261_121 });
