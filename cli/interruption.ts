/** Ctrl-C and SIGTERM as a signal that work can wait for. */
import { watchLifeline } from '../platform/lifeline.ts';
import { ownEnvironment } from '../platform/own-environment.ts';

/** Aborts at the first SIGINT or SIGTERM, or when the process that started this one is gone. */
export function untilInterrupted(): AbortSignal {
  const controller = new AbortController();
  const end = (): void => controller.abort();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, end);
  watchLifeline(ownEnvironment().lifeline, end);
  return controller.signal;
}
