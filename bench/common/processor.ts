/** Processor time of other processes, as Linux reports it. */
import { readFileSync } from 'node:fs';

/** How Linux counts processor time, on all machines that Node runs on. */
const ticksPerSecond = 100;

/** Milliseconds that a process and its children have had so far, to 10 ms; null where the system does not say. */
export function processorMsOf(pid: number): number | null {
  try {
    // The name in the second field may hold anything; user and system time are the 12th and 13th after it.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    const own = ((Number(fields[11]) + Number(fields[12])) * 1_000) / ticksPerSecond;
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean);
    return children.reduce((sum, child) => sum + (processorMsOf(Number(child)) ?? 0), own);
  } catch {
    return null;
  }
}
