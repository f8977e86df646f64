/** What a piece of work takes of this process. */
import { readFileSync, writeFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { z } from 'zod';

export const measureSchema = z.object({
  seconds: z.number(),
  /** Of the processor, which other work on the machine does not lengthen. */
  processorSeconds: z.number(),
  /** Of the process before the work. */
  startMiB: z.number(),
  peakMiB: z.number(),
  /** The longest that the thread did one thing, so that no heartbeat could go out. */
  silentSeconds: z.number(),
});
export type ResourceUse = z.infer<typeof measureSchema>;

const delays = monitorEventLoopDelay({ resolution: 20 });

/** The kernel's high-water mark of this process is set back. One piece of work at a time. */
export async function measure<T>(work: () => Promise<T>): Promise<{ result: T; measure: ResourceUse }> {
  writeFileSync('/proc/self/clear_refs', '5');
  const startMiB = peakMiB();
  delays.enable();
  delays.reset();
  const [started, used] = [performance.now(), process.cpuUsage()];
  const result = await work();
  const seconds = (performance.now() - started) / 1000;
  const { user, system } = process.cpuUsage(used);
  const silentSeconds = delays.max / 1e9;
  return {
    result,
    measure: { seconds, processorSeconds: (user + system) / 1e6, startMiB, peakMiB: peakMiB(), silentSeconds },
  };
}

const peakMiB = (): number => Number(/VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) / 1024;
