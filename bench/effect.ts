/**
 * `npm run bench effect`: what SFT and GRPO add, over three seeds of the demo's recipe. Settings were chosen on the
 * validation seeds and then frozen; the test seeds are what is reported.
 */
import { parseArgs } from 'node:util';
import { readJson } from '../activities/store/commit.ts';
import type { Services } from '../cli/environment.ts';
import { startServices } from '../cli/machine/services.ts';
import { handleOf, runOf, startRun } from '../cli/runs.ts';
import { withSession } from '../cli/session.ts';
import { readRecipe } from '../cli/start/recipes.ts';
import { artifactFiles } from '../domain/artifact-files.ts';
import { userMistake } from '../domain/failures.ts';
import { taskOf } from '../domain/methods/skin-r1/report/models.ts';
import { type Comparison, type Report, reportSchema } from '../domain/methods/skin-r1/report/report.ts';
import { points, pointsRange, pValue } from '../domain/report/words.ts';
import { benchLogger } from './common/logger.ts';

const validationSeeds = [101, 102];
const testSeeds = [11, 12, 13];

export default async function effect(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: { seeds: { type: 'string' }, set: { type: 'string', multiple: true, default: [] } },
  });
  const seeds = readSeeds(values.seeds);
  const services = await startServices(benchLogger());
  try {
    const reports: Report[] = [];
    for (const seed of seeds) reports.push(await runSeed(seed, values.set, services));
    printAccuracies(seeds, reports);
    printComparisons(seeds, reports);
  } finally {
    await services.stack.stop();
  }
}

function readSeeds(text: string | undefined): number[] {
  if (text === undefined || text === 'test') return testSeeds;
  if (text === 'validation') return validationSeeds;
  const seeds = text.split(',').map(Number);
  if (seeds.some((seed) => !Number.isInteger(seed) || seed < 0)) {
    throw userMistake(`--seeds ${text}: expected "test", "validation" or whole numbers, e.g. 101,102`);
  }
  return seeds;
}

const runSeed = (seed: number, changes: string[], services: Services): Promise<Report> =>
  withSession(async ({ client, store }) => {
    const recipe = await readRecipe('demo', { set: [`seed=${seed}`, ...changes] });
    const run = runOf(recipe);
    console.log(`seed ${seed}: run ${run}`);
    await startRun(client, { input: { recipe }, run, reuse: 'ALLOW_DUPLICATE' });
    const { report: written } = await handleOf(client, run).result();
    const { report } = artifactFiles.report;
    const artifacts = await store();
    return readJson(artifacts, await artifacts.manifest(written), report.name, reportSchema);
  }, services);

/** Disease-diagnosis accuracy of every model by seed, and its mean. */
function printAccuracies(seeds: readonly number[], reports: readonly Report[]): void {
  console.log('\ndisease-diagnosis accuracy on held-out questions, 95 % interval by patient');
  const titles = reports[0]?.evaluations.map(({ title }) => title) ?? [];
  for (const title of titles) {
    const scores = reports.flatMap(({ evaluations }) => {
      const score = taskOf(
        evaluations.find((model) => model.title === title),
        'diagnosis',
      );
      return score ? [score] : [];
    });
    const mean = scores.reduce((sum, { accuracy }) => sum + accuracy, 0) / scores.length;
    const cells = scores.map((s) => `${s.accuracy.toFixed(3)} (${s.low.toFixed(3)} to ${s.high.toFixed(3)})`);
    console.log(`${title.padEnd(34)} ${cells.join('   ')}   mean ${mean.toFixed(3)}`);
  }
  const items = reports.map(({ baselines }) => baselines.find(({ task }) => task === 'diagnosis'));
  console.log(`without the image, text only: ${items.map((b) => b?.textOnly?.accuracy.toFixed(3)).join(', ')}`);
  console.log(
    `seeds ${seeds.join(', ')}; items ${items.map((b) => b?.items).join(', ')}; chance ${items[0]?.chance.toFixed(3)}`,
  );
}

/** Each step against the one before it, on the same questions. */
function printComparisons(seeds: readonly number[], reports: readonly Report[]): void {
  console.log('\ndifferences in percentage points on the same questions, 95 % interval, McNemar’s exact test');
  const names = (c: Comparison): string => `${c.second} minus ${c.first}`;
  const kinds = new Set(reports.flatMap(({ comparisons }) => comparisons.filter(isDiagnosis).map(names)));
  for (const kind of kinds) {
    for (const [i, { comparisons }] of reports.entries()) {
      const found = comparisons.filter(isDiagnosis).find((c) => names(c) === kind);
      if (found)
        console.log(
          `${kind.padEnd(34)} seed ${seeds[i]}: ${points(found.difference)} (${pointsRange(found)}), ${pValue(found.p)}`,
        );
    }
  }
}

const isDiagnosis = ({ task }: Comparison): boolean => task === 'diagnosis';
