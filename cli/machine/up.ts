/** `dermflow up`: Temporal, S3 and workers on this machine, until Ctrl-C. */
import { Command } from 'commander';
import { createLogger } from '../../platform/logger.ts';
import { ownEnvironment } from '../../platform/own-environment.ts';
import { untilInterrupted } from '../interruption.ts';
import { startServices } from './services.ts';

export const upCommand = (): Command =>
  new Command('up')
    .description('local Temporal, S3 and workers, until Ctrl-C')
    .option('--no-workers', 'only the two servers')
    .option('--json', 'the addresses as a JSON object')
    .action(up);

async function up({ workers, json = false }: { workers: boolean; json?: boolean }): Promise<void> {
  const { logLevel } = ownEnvironment();
  const interrupted = untilInterrupted();
  const { stack } = await startServices(createLogger('up', logLevel), workers ? {} : { roles: [] });
  const { ports, bucket } = stack;
  const addresses = {
    temporal: `127.0.0.1:${ports.temporal}`,
    ui: `http://127.0.0.1:${ports.ui}`,
    s3: `http://127.0.0.1:${ports.s3[0]}`,
    bucket,
    pids: stack.supervisor.pids(),
  };
  if (json) console.log(JSON.stringify(addresses));
  else
    console.log(
      `Temporal  ${addresses.temporal}   UI ${addresses.ui}\nS3        ${addresses.s3}   bucket ${bucket}\nCtrl-C ends all`,
    );
  if (!interrupted.aborted)
    await new Promise((aborted) => interrupted.addEventListener('abort', aborted, { once: true }));
  await stack.stop();
}
