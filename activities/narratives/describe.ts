/** Descriptions by the run's own base model, before it has seen a diagnosis. Each answer is kept as it comes. */
import { join } from 'node:path';
import type { Answerer, AskedItem } from '../../domain/answers/answer.ts';
import type { ArtifactRef } from '../../domain/artifact.ts';
import { artifactFiles } from '../../domain/artifact-files.ts';
import type { Case } from '../../domain/cases/case.ts';
import type { NarrativeRecipe } from '../../domain/contracts/narratives.ts';
import type { ModelRef } from '../../domain/contracts/references.ts';
import { userMistake } from '../../domain/failures.ts';
import { type Description, narrativeId } from '../../domain/narratives/narrative.ts';
import type { NarrativeWording } from '../../domain/narratives/wording.ts';
import { narrativeWordings } from '../../domain/narratives/wordings.ts';
import { commitOnce } from '../commit-once.ts';
import { type AskContext, withAnswers } from '../evaluation/ask-items.ts';
import { identifyLocal, openLocal } from '../evaluation/tested-model.ts';
import { writeLineFiles } from '../json-lines.ts';
import type { ModelRunner } from '../ports/model-runner.ts';
import { flatMapRows } from '../rows.ts';
import { withScratchFolder } from '../scratch.ts';
import type { TrainerProcess } from '../trainer/trainer-job.ts';
import { drawCases, pictureOf, requireChance } from './cases.ts';

/** A change of which cases are described, or of the reading, changes the version; what is asked stands in the key. */
const method = 'descriptions/2';
const { descriptions: file } = artifactFiles.descriptions;
/** Pictures that are described together. */
const batchSize = 16;

interface DescriptionRequest {
  recipe: NarrativeRecipe;
  model: ModelRef;
  dataset: ArtifactRef;
}

export interface DescriptionContext extends AskContext {
  scratch: string;
  trainer: TrainerProcess;
  /** Default: the trainer's own `generate`. */
  openRunner?: (folder: string) => Promise<ModelRunner>;
}

/** Throws a user's mistake where more of the descriptions are of no use than the recipe allows: the base says the same again. */
export async function describePictures(
  { recipe, model, dataset }: DescriptionRequest,
  context: DescriptionContext,
): Promise<ArtifactRef> {
  requireChance(recipe);
  const { store, trainer } = context;
  const { seed, prompts, narratives } = recipe;
  const { cases: most, candidates, temperature, maxTokens, maxRejectedShare } = narratives;
  const { threads, precision } = recipe.model;
  const wording = narrativeWordings[prompts];
  const local = { model, checkpoint: null };
  const answerer: Answerer = {
    ...{ model: await identifyLocal(store, local), runtime: 'transformers', precision },
    decoding: { maxNewTokens: maxTokens, temperature, seed },
  };
  const work = {
    kind: 'descriptions',
    method,
    inputs: { model: model.sha256, dataset: dataset.sha256 },
    params: {
      ...{ seed, prompts, prompt: wording.describe, precision },
      ...{ most, candidates, temperature, maxTokens, maxRejectedShare },
    },
  } as const;
  const ask = (c: Case): AskedItem => ({ id: c.id, image: pictureOf(c), system: null, prompt: wording.describe });
  return withScratchFolder(context.scratch, 'descriptions', (folder) =>
    commitOnce(store, work, async () => {
      const { cases } = await drawCases(store, dataset, recipe, folder);
      const open =
        context.openRunner ??
        ((own: string) => openLocal({ store, trainer }, local, { seed, threads, precision }, own));
      const asking = {
        items: flatMapRows(cases, (c) => [ask(c)]),
        shown: 'real',
        samples: candidates,
        batchSize,
      } as const;
      const path = join(folder, file.name);
      const faults = new Map<string, number>();
      const count = await withAnswers({ answerer, open }, asking, folder, context, (answersOf) =>
        writeLineFiles({ rows: path }, async ({ rows }) => {
          for await (const c of cases) {
            for (const [candidate, { text, finish }] of answersOf(ask(c)).entries()) {
              const row = { id: narrativeId(c.id, candidate), caseId: c.id, ...described(text, finish, wording) };
              if (row.fault !== null) faults.set(row.fault, (faults.get(row.fault) ?? 0) + 1);
              await rows.write(row satisfies Description);
            }
          }
          return rows.count();
        }),
      );
      const rejected = refuseTooManyFaults(faults, count, maxRejectedShare);
      return { facts: { descriptions: count, rejected }, files: { [file.name]: { path } } };
    }),
  );
}

function described(text: string, finish: string, wording: NarrativeWording): Pick<Description, 'text' | 'fault'> {
  if (finish === 'length') return { text, fault: 'cut off' };
  const read = wording.readDescription(text);
  return read.ok ? { text: read.text, fault: null } : { text, fault: read.reason };
}

function refuseTooManyFaults(faults: ReadonlyMap<string, number>, count: number, share: number): number {
  const rejected = [...faults.values()].reduce((sum, each) => sum + each, 0);
  if (rejected <= share * count) return rejected;
  const reasons = [...faults].toSorted(([, a], [, b]) => b - a).map(([reason, each]) => `${reason}: ${each}`);
  throw userMistake(
    `${rejected} of ${count} descriptions by the base model are of no use (${reasons.slice(0, 5).join(', ')}), narratives.maxRejectedShare allows ${share}; raise it or narratives.maxTokens, take another base, or give narratives.describer: llm`,
  );
}
