/** Milliseconds of the processor that this thread spends on it, whatever else the machine does meanwhile. */
export function processorMs(work: () => void): number {
  const before = process.threadCpuUsage();
  work();
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1_000;
}
