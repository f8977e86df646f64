import { patched } from '@temporalio/workflow';
import {
  type BenchmarkData,
  type BenchmarkResult,
  type EvaluateModelsInput,
  type EvaluateModelsResult,
  nameOfBenchmark,
  type ProbesResult,
  parseEvaluateModels,
  type TestedModel,
} from '../domain/contracts/benchmarks.ts';
import { patches } from '../domain/names.ts';
import { parseRecipe } from '../domain/recipe/parse.ts';
import {
  evaluateBenchmark,
  evaluateEndpoint,
  exportForBenchmarks,
  identifyBase,
  judgeAnswers,
  prepareCases,
  prepareData,
  scoreProbes,
  scoreRules,
} from './activities.ts';
import { listenForRetryNow } from './attempts.ts';
import { concluding } from './failures.ts';
import { Progress } from './progress.ts';
import { rulesAtStart } from './recipe-rules.ts';

/** Any models on any benchmarks. Each answer is kept, so that what was asked before, here or elsewhere, costs nothing. */
export async function evaluateModels(given: EvaluateModelsInput): Promise<EvaluateModelsResult> {
  listenForRetryNow();
  return concluding(async () => {
    const input = parseEvaluateModels(given);
    const progress = new Progress('evaluation', ['data', 'rules', ...input.models.map(({ label }) => label)]);
    const data = await progress.part('data', () => dataOf(input.data));
    const references = await progress.part('rules', () => referencesOf({ ...input, data }));
    const evaluate = (tested: TestedModel): Promise<BenchmarkResult[]> =>
      progress.part(tested.label, () => evaluateOne(tested, { ...input, data }, progress));

    // Models of this project share one machine and go one after another; endpoints are asked beside them.
    const started = new Map<TestedModel, Promise<BenchmarkResult[]>>();
    let turn: Promise<unknown> = Promise.resolve();
    for (const tested of input.models) {
      const own = tested.kind === 'endpoint' ? evaluate(tested) : turn.then(() => evaluate(tested));
      started.set(tested, own);
      // A model that fails leaves the next one its turn; its failure is thrown when all have ended.
      const ended = own.catch(() => {});
      if (tested.kind !== 'endpoint') turn = ended;
    }
    await Promise.allSettled(started.values());
    const evaluations = await Promise.all(started.values());
    return { evaluations: evaluations.flat(), ...references };
  });
}

/** Of a recipe the data are prepared first where the store does not have them. */
export async function dataOf(data: EvaluateModelsInput['data']): Promise<BenchmarkData> {
  if (!('recipe' in data)) return data;
  const recipe = parseRecipe(data.recipe, 'recipe', rulesAtStart());
  const { questions, dataset } = await ('questions' in recipe ? prepareData({ recipe }) : prepareCases({ recipe }));
  return { questions, dataset };
}

/** What scores are read beside: rules that need no model, and probes that use pictures. */
async function referencesOf(asked: Asked): Promise<Pick<EvaluateModelsResult, 'rules' | 'remarks'>> {
  const rules = await scoreAllRules(asked);
  if (!patched(patches.probes)) return { rules };
  const probes = await scoreAllProbes(asked);
  return { rules: [...rules, ...probes.rows], remarks: probes.remarks };
}

async function scoreAllProbes({ models, benchmarks, data, asking, encoder }: Asked): Promise<ProbesResult> {
  const all: ProbesResult = { rows: [], remarks: [] };
  const [first] = models;
  if (!first) return all;
  const { limit, threads } = asking;
  for (const benchmark of benchmarks) {
    const common = { benchmark, data, profile: first.profile, limit, threads };
    const { rows, remarks } = await scoreProbes({ ...common, ...(encoder ? { encoder } : {}) });
    all.rows.push(...rows);
    all.remarks.push(...remarks);
  }
  return all;
}

/** What a score must exceed before it says anything, by the wording of the first model. */
async function scoreAllRules({ models, benchmarks, data, asking }: Asked): Promise<BenchmarkResult[]> {
  const [first] = models;
  if (!first) return [];
  const { limit, decoding } = asking;
  const rows: BenchmarkResult[] = [];
  for (const benchmark of benchmarks) {
    rows.push(...(await scoreRules({ benchmark, data, profile: first.profile, limit, seed: decoding.seed })));
  }
  return rows;
}

type Asked = EvaluateModelsInput & { data: BenchmarkData };

async function evaluateOne(
  given: TestedModel,
  { benchmarks, data, asking, judge }: Asked,
  progress: Progress,
): Promise<BenchmarkResult[]> {
  const tested = await identified(given);
  const onnx = tested.kind === 'local' ? await exportForBenchmarks({ tested, benchmarks, data, asking }) : null;
  const results: BenchmarkResult[] = [];
  for (const [i, benchmark] of benchmarks.entries()) {
    progress.say(tested.label, `${nameOfBenchmark(benchmark)}, ${i + 1} of ${benchmarks.length}`);
    const input = { tested, benchmark, data, asking, onnx };
    const result = await (tested.kind === 'endpoint' ? evaluateEndpoint(input) : evaluateBenchmark(input));
    results.push(result);
    if (!judge) continue;
    const { label, reader } = tested;
    results.push(await judgeAnswers({ evaluation: result.evaluation, label, reader, judge }));
  }
  return results;
}

/** Only the machines that have a base know its bytes, or the commit that a hub id stands for. */
async function identified(tested: TestedModel): Promise<TestedModel> {
  if (tested.kind !== 'local' || tested.baseSha256 !== null) return tested;
  const { base, sha256 } = await identifyBase({ base: tested.base });
  return { ...tested, base, baseSha256: sha256 };
}
