import type { ProbesResult } from '../../domain/contracts/benchmarks.ts';
import type { DataResult } from '../../domain/contracts/data.ts';
import { benchmarkOfTask } from '../../domain/evaluation/asked.ts';
import { evaluationProfile } from '../../domain/prompts/prompts.ts';
import type { RecipeParts } from '../../domain/recipe/parts.ts';
import { scoreProbes } from '../activities.ts';

/** Nearest neighbour and linear probe on the very questions that the run's models are asked. */
export async function probeTasks(
  { evaluation, model, prompts }: Pick<RecipeParts, 'evaluation' | 'model' | 'prompts'>,
  { questions, dataset }: DataResult,
): Promise<ProbesResult> {
  const common = {
    ...{ data: { questions, dataset }, profile: evaluationProfile(prompts) },
    ...{ limit: evaluation.maxItems, threads: model.threads },
  };
  const all: ProbesResult = { rows: [], remarks: [] };
  for (const task of evaluation.tasks) {
    const { rows, remarks } = await scoreProbes({ ...common, benchmark: benchmarkOfTask(task) });
    all.rows.push(...rows);
    all.remarks.push(...remarks);
  }
  return all;
}
