/**
 * Loaded into a measured Node (`--require`): what is alive in it a few times a second, that is after a whole collection
 * of garbage; as lines `{at, kib}` in a file. It slows the process, so it is for a run of its own.
 */
const { appendFileSync } = require('node:fs');
const { setFlagsFromString } = require('node:v8');
const { runInNewContext } = require('node:vm');

const EVERY_MS = 100;

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc');
setInterval(() => {
  collect();
  const { heapUsed, external } = process.memoryUsage();
  const at = performance.timeOrigin + performance.now();
  appendFileSync(process.env.BENCH_HEAP, `${JSON.stringify({ at, kib: (heapUsed + external) / 1024 })}\n`);
}, EVERY_MS).unref();
