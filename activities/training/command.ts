/** How a trainer is started. */
import { fileURLToPath } from 'node:url';

export const trainerPackage = fileURLToPath(new URL('../../trainer', import.meta.url));

export interface Command {
  file: string;
  args: string[];
}

/**
 * One process, or one for each accelerator under `accelerate launch` (data parallel, gradients averaged).
 *
 * @param processes accelerators to use, at least 1
 */
export function trainerCommand(python: string, job: string, processes: number): Command {
  const module = ['-m', 'dermflow_trainer', job];
  if (processes === 1) return { file: python, args: module };
  const launch = ['-m', 'accelerate.commands.launch', '--multi_gpu', '--num_processes', String(processes)];
  return { file: python, args: [...launch, ...module] };
}
