/** The process that forks the trainers of a local stack: they share the memory of their libraries and begin at once. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { trainerServerCommand } from '../../activities/trainer/command.ts';
import { trainerVariables } from '../../activities/trainer/trainer-process.ts';
import { type Environment, trainerServerVariable } from '../../platform/env.ts';
import type { Service } from './supervisor.ts';

interface TrainerServer {
  service: Service;
  /** Of the workers whose trainers it forks. */
  variables: Record<string, string>;
}

/** A process that has asked a driver of these about its devices has no children that can use them. */
const drivers = ['/dev/nvidiactl', '/dev/nvidia0', '/dev/kfd', '/dev/dxg'];

/** Null on a machine with an accelerator or without Linux's process file descriptors, where each trainer is started by itself. */
export function trainerServer(
  { home, trainerPython }: Pick<Environment, 'home' | 'trainerPython'>,
  platform: NodeJS.Platform = process.platform,
  exists: (path: string) => boolean = existsSync,
): TrainerServer | null {
  if (platform !== 'linux' || drivers.some(exists)) return null;
  const socket = join(home, 'trainers.sock');
  const { file, args } = trainerServerCommand(trainerPython, socket);
  return {
    // Without it trainers start by themselves, so nobody waits until it is ready.
    service: { name: 'trainers', command: file, args, env: trainerVariables, graceMs: 5_000 },
    variables: { [trainerServerVariable]: socket },
  };
}
