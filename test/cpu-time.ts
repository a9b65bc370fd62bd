/**
 * What work takes of the processor, in milliseconds. By the clock it takes longer on a machine that is busy with something
 * else, which says nothing of the work.
 */
export async function cpuTimeMs(work: () => unknown): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}
