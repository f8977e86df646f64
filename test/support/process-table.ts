/** Processes as the kernel knows them. */
import { execa } from 'execa';

export interface ProcessEntry {
  pid: number;
  parent: number;
  command: string;
}

export async function processTable(): Promise<ProcessEntry[]> {
  const { stdout } = await execa('ps', ['-eww', '-o', 'pid=,ppid=,stat=,args='], { maxBuffer: 1e8 });
  return stdout.split('\n').flatMap((line) => {
    const [, pid, parent, state = '', command = ''] = /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(.*)$/.exec(line) ?? [];
    return pid === undefined || state.startsWith('Z') ? [] : [{ pid: Number(pid), parent: Number(parent), command }];
  });
}

/** A process with all that it started, directly or through others. */
export async function familyOf(root: number): Promise<ProcessEntry[]> {
  const table = await processTable();
  const family = table.filter(({ pid }) => pid === root);
  for (const member of family) family.push(...table.filter(({ parent }) => parent === member.pid));
  return family;
}

/** Sends SIGKILL to each; one that is gone already is fine. */
export function killAll(processes: readonly ProcessEntry[]): void {
  for (const { pid } of processes) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
    }
  }
}
