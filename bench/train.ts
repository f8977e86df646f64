/**
 * `npm run bench train`: what durability costs. The demo's training through Dermflow against a plain TRL script; the
 * time that steps lose to the upload of checkpoints; the speed of one large upload against boto3's.
 */
import { parseArgs } from 'node:util';
import { startServices } from '../cli/machine/services.ts';
import { userMistake } from '../domain/failures.ts';
import { readCount } from './common/arguments.ts';
import { benchLogger } from './common/logger.ts';
import { compareTraining, type Script, scripts } from './train/overhead.ts';
import { compareSteps } from './train/steps.ts';
import { compareUpload } from './train/upload.ts';

const parts = ['training', 'steps', 'upload'] as const;

export default async function train(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      parts: { type: 'string', default: parts.join(',') },
      repeats: { type: 'string', default: '3' },
      /** `tuned` alone leaves out the script as users write it, and so 40 % of the time. */
      scripts: { type: 'string', default: 'plain,tuned' },
      gibibytes: { type: 'string', default: '1' },
    },
  });
  const [repeats, gibibytes] = [readCount('--repeats', values.repeats), readCount('--gibibytes', values.gibibytes)];
  const chosen = values.parts.split(',');
  const unknown = chosen.find((name) => !parts.some((part) => part === name));
  if (unknown !== undefined) throw userMistake(`--parts ${unknown}: expected some of ${parts.join(', ')}`);

  const services = await startServices(benchLogger(), { roles: ['orchestrator', 'llm', 'gpu'], forksTrainers: false });
  try {
    if (chosen.includes('upload')) await compareUpload(gibibytes, repeats, services.environment);
    if (chosen.includes('steps')) await compareSteps(repeats, services.environment);
    if (chosen.includes('training')) {
      await compareTraining(repeats, readScripts(values.scripts), services, () =>
        process.kill(services.stack.supervisor.pids()['worker-gpu'] ?? Number.NaN, 'SIGTERM'),
      );
    }
  } finally {
    await services.stack.stop();
  }
}

function readScripts(list: string): Script[] {
  const chosen = scripts.filter((script) => list.split(',').includes(script));
  if (chosen.length === list.split(',').length) return chosen;
  throw userMistake(`--scripts ${list}: expected some of ${scripts.join(', ')}`);
}
