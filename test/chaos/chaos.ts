/** Trains once undisturbed, then again and again under random kills, until there were enough of them. */
import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { createRandom, type Random } from '../../domain/random.ts';
import type { SkinR1Recipe } from '../../domain/recipe/methods/skin-r1.ts';
import { shortRecipe } from '../support/training.ts';
import { type GpuWorker, type Outcome, startChaosStack, targets } from './stack.ts';

export interface ChaosOptions {
  kills: number;
  seed: number;
  /** The most kills per run, so that every run ends. */
  killsPerRun: number;
  report: (line: string) => void;
}

export interface ChaosResult {
  undisturbed: Outcome[];
  /** Outcomes of the disturbed runs. */
  disturbed: Outcome[][];
  kills: number;
}

/** Long enough that a kill may fall into any phase: loading, training, saving, uploading, between two stretches. */
export function chaosRecipe(): SkinR1Recipe {
  const recipe = shortRecipe();
  return {
    ...recipe,
    name: 'chaos',
    sft: { ...recipe.sft, batchSize: 2, perDeviceBatchSize: 2, saveEvery: 3 },
    // Some 25 questions: three epochs of GRPO, so that kills fall into later ones too.
    grpo: { ...recipe.grpo, promptsPerStep: 3, steps: 24, milestones: [12, 24], rlOnlyMilestones: [], saveEvery: 4 },
  };
}

export async function runChaos({ kills, seed, killsPerRun, report }: ChaosOptions): Promise<ChaosResult> {
  const random = createRandom(`chaos/${seed}`);
  const recipe = chaosRecipe();
  const stack = await startChaosStack();
  try {
    const startedAt = Date.now();
    const undisturbed = await stack.train('undisturbed', recipe);
    const seconds = (Date.now() - startedAt) / 1000;
    const epochs = undisturbed.at(-1)?.epoch.toFixed(1);
    report(`undisturbed: ${undisturbed.length} stretches in ${seconds.toFixed(0)} s, GRPO over ${epochs} epochs`);
    const stretchMs = (1000 * seconds) / undisturbed.length;
    const disturbed: Outcome[][] = [];
    let done = 0;
    for (let run = 1; done < kills; run++) {
      const wanted = Math.min(killsPerRun, kills - done);
      let own = 0;
      const outcome = await stack.train(`disturbed-${run}`, recipe, async (worker) => {
        own = await killAtRandom(worker, wanted, stretchMs, random.fork(String(run)), report);
      });
      done += own;
      disturbed.push(outcome);
      const same = isDeepStrictEqual(outcome, undisturbed);
      report(`run ${run}: ${own} kills, ${same ? 'the same bytes' : 'OTHER BYTES'}`);
    }
    return { undisturbed, disturbed, kills: done };
  } finally {
    await stack.stop();
  }
}

/** Waits a random part of a stretch's time before each kill. Returns how many there were when the run ended. */
async function killAtRandom(
  worker: GpuWorker,
  wanted: number,
  stretchMs: number,
  random: Random,
  report: (line: string) => void,
): Promise<number> {
  let running = true;
  void worker.ended.then(() => {
    running = false;
  });
  let done = 0;
  while (running && done < wanted) {
    const target = random.pick(targets);
    await Promise.race([sleep(random.float() * stretchMs), worker.ended]);
    while (running && !(await worker.kill(target))) await sleep(50);
    if (!running) break;
    done++;
    report(`  killed ${target}`);
  }
  return done;
}
