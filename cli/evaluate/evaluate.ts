/** `dermflow evaluate`: any models on any benchmarks; the same request finds the same evaluation. */
import { type Client, WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import { Command, InvalidArgumentError, Option } from 'commander';
import type { EvaluateModelsInput, EvaluateModelsResult } from '../../domain/contracts/benchmarks.ts';
import { readers } from '../../domain/evaluation/scored.ts';
import { taskQueues, workflowTypes } from '../../domain/names.ts';
import { failedRun, follow } from '../follow/follow.ts';
import { untilInterrupted } from '../interruption.ts';
import { renderNarratives } from '../scores/render-narratives.ts';
import { renderSampled } from '../scores/render-sampled.ts';
import { renderScores } from '../scores/render-scores.ts';
import { withSession } from '../session.ts';
import { collect } from '../start/start.ts';
import { compareCommand } from './compare.ts';
import { exportResultsCommand } from './exchange/export.ts';
import { importCommand } from './exchange/import.ts';
import { agreementCommand } from './narratives/agreement.ts';
import { pagesCommand } from './report.ts';
import { type EvaluateOptions, idOf, readRequest } from './request.ts';

export const evaluateCommand = (): Command =>
  new Command('evaluate')
    .description('ask any models the items of benchmarks; what was answered before costs nothing')
    .argument(
      '<model...>',
      'base, RUN, RUN@grpo-500, RUN@all, a folder, endpoint:MODEL, a baseline; docs/evaluation.md',
    )
    .option(
      '--benchmark <name>',
      'id-diagnosis, lesion-condition, …, or a file of items (.jsonl); may be repeated',
      collect,
      [],
    )
    .option('--data <run|recipe>', 'whose questions and pictures; by default those of the first run that is named')
    .option('--limit <count>', 'the first so many items of each benchmark', positive)
    .option('--samples <count>', 'answers to each item', positive, 1)
    .option('--temperature <number>', 'default: 0, and 1 with several samples', notNegative)
    .option('--seed <number>', "of the samples; default: the recipe's", whole)
    .option('--no-image', 'also show each model grey pictures: what is right without looking')
    .option('--prompts <profile>', "wording of the questions; default: the recipe's")
    .option(
      '--encoder <file>',
      '.onnx or its settings (.yaml), for nearest neighbour and linear probe; default: one is shipped',
    )
    .option(
      '--judge <model>',
      "a language model that scores each answer by DermEval's six dimensions, e.g. deepseek-reasoner?provider=deepseek",
    )
    .option('--pictures <folder>', 'of a file of items; default: that of the file')
    .addOption(new Option('--reader <name>', 'whose score is the headline').choices([...readers]).default('strict'))
    .addOption(new Option('--runtime <name>', "default: the recipe's").choices(['onnx', 'transformers']))
    .option('--max-new-tokens <count>', "default: the recipe's", positive)
    .option('--batch-size <count>', "default: the recipe's", positive)
    .option('--threads <count>', "of the CPU; default: the recipe's", positive)
    .option('--detach', 'print the evaluation and return')
    .option('--json', 'one JSON object per line')
    .action(evaluate)
    // Those of compare, report and the others have the same names, and are theirs where they follow them (main.ts has it too).
    .enablePositionalOptions()
    .addCommand(compareCommand())
    .addCommand(agreementCommand())
    .addCommand(pagesCommand())
    .addCommand(exportResultsCommand())
    .addCommand(importCommand());

async function evaluate(
  names: string[],
  { detach = false, json = false, ...options }: EvaluateOptions & { detach?: boolean; json?: boolean },
): Promise<void> {
  const interrupted = untilInterrupted();
  await withSession(async (session) => {
    const { client, page } = session;
    const input = await readRequest(names, options, session);
    const id = idOf(input);
    const isNew = await startEvaluation(client, id, input);
    if (json) console.log(JSON.stringify({ evaluation: id, page: page(id), isNew }));
    else console.error(`evaluation ${id}${isNew ? '' : ', asked for before'}`);
    if (detach) return;
    const status = await follow(client, id, json, interrupted);
    if (!status) return console.error('interrupted; the evaluation goes on, and the same command follows it');
    if (status.state !== 'COMPLETED') throw failedRun(status);
    const { evaluations, rules, remarks = [] } = await resultOf(client, id);
    console.log(
      json
        ? JSON.stringify({ evaluation: id, evaluations, rules, remarks })
        : [
            renderScores([...evaluations, ...rules]),
            ...remarks,
            ...renderSampled(evaluations),
            ...renderNarratives(evaluations),
          ].join('\n'),
    );
  });
}

/** Starts it, or attaches to the open one; false where the same was asked for before and is open or done. */
export async function startEvaluation(client: Client, id: string, input: EvaluateModelsInput): Promise<boolean> {
  try {
    await client.workflow.start(workflowTypes.evaluateModels, {
      ...{ taskQueue: taskQueues.orchestrator, workflowId: id, args: [input] },
      // One that failed goes on: its answers are in the store.
      ...{ workflowIdReusePolicy: 'ALLOW_DUPLICATE_FAILED_ONLY', workflowIdConflictPolicy: 'FAIL' },
    });
    return true;
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return false;
    throw error;
  }
}

export const resultOf = (client: Client, id: string): Promise<EvaluateModelsResult> =>
  client.workflow.getHandle<() => Promise<EvaluateModelsResult>>(id).result();

const reading =
  (allows: (value: number) => boolean, words: string) =>
  (text: string): number => {
    const value = text.trim() === '' ? Number.NaN : Number(text);
    if (!allows(value)) throw new InvalidArgumentError(`Expected ${words}.`);
    return value;
  };
const positive = reading((n) => Number.isInteger(n) && n > 0, 'a whole number above 0');
const whole = reading((n) => Number.isInteger(n) && n >= 0, 'a whole number from 0');
const notNegative = reading((n) => n >= 0 && Number.isFinite(n), 'a number from 0');
