/** Milliseconds that only go forward, for durations. `performance` would load a dozen of Node's modules at each start. */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
