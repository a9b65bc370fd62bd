/** Loaded into a measured Node (`--require`): at its end, what this process itself took, its children apart. */
const { writeFileSync } = require('node:fs');

process.on('exit', () => {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  const usage = { cpuMs: (userCPUTime + systemCPUTime) / 1000, peakKib: maxRSS };
  writeFileSync(process.env.BENCH_USAGE, JSON.stringify(usage));
});
