/** The demo's training through Dermflow, against a plain TRL script with the same data, model and settings. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { keepFreedMemory } from '../../activities/trainer/trainer-process.ts';
import type { Services } from '../../cli/environment.ts';
import { withSession } from '../../cli/session.ts';
import { readRecipeOf } from '../../cli/start/recipes.ts';
import { ownEnvironment } from '../../platform/own-environment.ts';
import { median } from '../common/median.ts';
import { startCpuWorker, trainByDermflow } from './dermflow.ts';
import { preparePlain, runPlain } from './plain.ts';

/** No user's run has this seed: the checkpoints of these runs are removed. */
const seed = 4242;
const workerStartsWithinMs = 10_000;

type Plain = Awaited<ReturnType<typeof runPlain>>;

/** As users write it; and given the allocator's settings that our trainer has. */
export const scripts = ['plain', 'tuned'] as const;
export type Script = (typeof scripts)[number];

const scriptTitles: Record<Script, string> = {
  plain: 'plain script',
  tuned: "plain script with our trainer's MALLOC_ settings",
};
const scriptVariables: Record<Script, Record<string, string>> = { plain: {}, tuned: keepFreedMemory };

interface Turn {
  ours: number;
  /** Where our seconds went, over all stretches. */
  laps: Laps;
  scripts: Partial<Record<Script, Plain>>;
  sameBytes: boolean;
}

/**
 * The two take turns, so that what else the machine does falls on both.
 *
 * @param restartWorker ends the gpu worker, which is started again: a trainer that waits for its job is no head start
 */
export async function compareTraining(
  repeats: number,
  chosen: readonly Script[],
  services: Services,
  restartWorker: () => void,
): Promise<void> {
  const recipe = await readRecipeOf('skin-r1', 'demo', {
    set: [`seed=${seed}`, 'name=bench-train', 'grpo.rlOnlyMilestones=[]', 'evaluation.noImageControl=false'],
  });
  const { sft, grpo } = recipe;
  console.log(
    `\nthe demo's training: SFT in ${sft.epochs} stretches, ${grpo.steps} steps of GRPO in ${grpo.milestones.length}, ${repeats} runs each, in turns`,
  );
  const folder = await mkdtemp(join(tmpdir(), 'dermflow-bench-'));
  try {
    const turns = await withSession(async (session) => {
      const stopCpuWorker = await startCpuWorker(session);
      const turns: Turn[] = [];
      for (let turn = 0; turn < repeats; turn++) {
        restartWorker();
        await sleep(workerStartsWithinMs);
        const log = await followLog();
        const run = await trainByDermflow(session, recipe);
        const laps = await log();
        const settings = await preparePlain(await session.store(), recipe, run, folder);
        const ran: Turn['scripts'] = {};
        for (const script of chosen) ran[script] = await runPlain(settings, folder, scriptVariables[script]);
        await rm(folder, { recursive: true });
        const sameBytes = Object.values(ran).every(({ adapter }) => adapter === run.adapter);
        turns.push({ ours: run.seconds, laps, scripts: ran, sameBytes });
        print(turns.slice(-1));
      }
      await stopCpuWorker();
      return turns;
    }, services);
    print(turns);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function print(turns: readonly Turn[]): void {
  const seconds = (of: (turn: Turn) => number): string => median(turns.map(of)).toFixed(1).padStart(6);
  const parts = [
    `before the first step ${seconds(({ laps }) => laps.preparing)}`,
    `trainer ${seconds(({ laps }) => laps.training)}`,
    `waiting for uploads ${seconds(({ laps }) => laps.uploading)}`,
    `workflow, store ${seconds(({ ours, laps }) => ours - laps.preparing - laps.training - laps.uploading)}`,
  ];
  console.log(`Dermflow      ${seconds(({ ours }) => ours)} s   ${parts.join(', ')}`);
  for (const script of scripts) {
    const runs = turns.flatMap(({ ours, scripts: { [script]: run } }) => (run ? [{ ours, run }] : []));
    if (runs.length === 0) continue;
    const middle = (of: (run: Plain) => number): string =>
      median(runs.map(({ run }) => of(run)))
        .toFixed(1)
        .padStart(6);
    const ratios = runs.map(({ ours, run }) => ours / run.seconds);
    const range = `${Math.min(...ratios).toFixed(3)} to ${Math.max(...ratios).toFixed(3)}`;
    const trainer = middle(({ times }) => times.sft + times.grpo);
    console.log(
      `${scriptTitles[script]}  ${middle((run) => run.seconds)} s   trainer ${trainer}; Dermflow ${median(ratios).toFixed(3)} x (${range})`,
    );
  }
  console.log(
    `final adapters: ${turns.every(({ sameBytes }) => sameBytes) ? 'the same bytes' : 'other bytes'}; medians`,
  );
}

const lapsSchema = z.object({ preparing: z.number(), training: z.number(), uploading: z.number() });
type Laps = z.infer<typeof lapsSchema>;
const lineSchema = z.object({ msg: z.literal('trainer ended'), seconds: lapsSchema });

/** From now on what the gpu worker logs of its trainers' time; the function returned sums it up. */
async function followLog(): Promise<() => Promise<Laps>> {
  const path = join(ownEnvironment().home, 'logs/worker-gpu.log');
  const start = (await readFile(path)).length;
  return async () => {
    const lines = (await readFile(path)).subarray(start).toString('utf8').split('\n');
    const ends = lines.filter((line) => line.startsWith('{')).map((line) => lineSchema.safeParse(JSON.parse(line)));
    const laps = ends.flatMap(({ data }) => (data ? [data.seconds] : []));
    const sum = (of: (laps: Laps) => number): number => laps.reduce((total, each) => total + of(each), 0);
    return { preparing: sum((l) => l.preparing), training: sum((l) => l.training), uploading: sum((l) => l.uploading) };
  };
}
