/** How one trainer process is started. */
import { fileURLToPath } from 'node:url';

export const trainerPackage = fileURLToPath(new URL('../../trainer', import.meta.url));

export interface Command {
  file: string;
  args: string[];
}

export const trainerCommand = (python: string, job: string): Command => ({
  file: python,
  args: ['-m', 'dermflow_trainer', job],
});

/** Imports the libraries for jobs like this one and waits for the path of one on stdin. */
export const standbyCommand = (python: string, like: { threads: number; model: string }): Command => ({
  file: python,
  args: ['-m', 'dermflow_trainer', '--standby', JSON.stringify(like)],
});
