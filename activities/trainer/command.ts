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

/** The kind of job that a trainer is prepared for before one is known; any folder stands for a model on this machine. */
export const likelyJob = { threads: 1, model: trainerPackage };

/** Imports the libraries for jobs like that one and forks a trainer for each that is started with this socket's path. */
export const trainerServerCommand = (python: string, socket: string): Command => ({
  file: python,
  args: ['-m', 'dermflow_trainer', '--serve', socket, JSON.stringify(likelyJob)],
});
