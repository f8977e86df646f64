/** From pictures with concepts to the rows of the first phase of SFT: D_concept (Table 8; A20). */
import { join } from 'node:path';
import type { ArtifactRef } from '../../domain/artifact.ts';
import { artifactFiles } from '../../domain/artifact-files.ts';
import type { WritingRecipe } from '../../domain/contracts/trajectories.ts';
import { userMistake } from '../../domain/failures.ts';
import { createRandom } from '../../domain/random.ts';
import {
  composeConcepts,
  conceptsOf,
  explanationRequest,
  readExplanation,
} from '../../domain/trajectories/concepts.ts';
import { holdOut } from '../../domain/trajectories/hold-out.ts';
import { rowFiles, writeLineFiles } from '../json-lines.ts';
import { type Asking, askAll, recognise, refuseTooManyRejected } from '../llm/asking/ask.ts';
import { modelOfRecord } from '../llm/served.ts';
import { flatMapRows } from '../rows.ts';
import { fetchRows } from '../store/rows.ts';
import { type Written, writeOnce } from './written.ts';

const picturesFile = artifactFiles.dataset.pictures;
const files = artifactFiles.concepts;

export interface ExplanationRequest extends Asking {
  recipe: WritingRecipe;
  /** Artifact with the pictures. */
  concepts: ArtifactRef;
}

/**
 * Makes a `concepts` artifact of explained concepts. Unusable explanations are quarantined with their reason; a
 * concept without any, and a picture without an explained concept, are left out and counted.
 */
export async function explainConcepts(request: ExplanationRequest): Promise<Written> {
  const { store, llm, recipe, concepts } = request;
  const { seed, prompts, trajectories, sft } = recipe;
  const { validationShare, maxRejectedShare } = trajectories;
  if (!sft.conceptAlignment) throw userMistake('sft.conceptAlignment is null; give it, e.g. { epochs: 1 }');
  const { explanations: variants } = sft.conceptAlignment;
  const method = 'concepts/3';
  const model = await recognise(request, method);
  const work = {
    kind: 'concepts',
    method,
    inputs: { concepts: concepts.sha256 },
    params: { seed, prompts, model: modelOfRecord(model), variants, validationShare, maxRejectedShare },
  } as const;
  return writeOnce(request, model, work, async (folder) => {
    const pictures = await fetchRows(store, concepts, picturesFile.name, picturesFile.schema, folder);
    const [found, groups] = [new Set<string>(), new Set<string>()];
    let total = 0;
    for await (const picture of pictures) {
      total += 1;
      groups.add(picture.group);
      for (const concept of conceptsOf(picture)) found.add(concept);
    }
    const terms = [...found].toSorted();
    const asked = terms.flatMap((concept) =>
      Array.from({ length: variants }, (_, variant) => ({
        ...{ id: `${concept}/${variant}`, concept },
        request: explanationRequest(concept, variant),
        read: faultOfExplanation,
      })),
    );
    const { answers, account } = await askAll(asked, model, request);
    const read = asked.map(({ id, concept }) => {
      const { text = '', fault = 'not asked', entries = [] } = answers.get(id) ?? {};
      return { id, concept, text, fault, words: entries.at(-1)?.reply.words ?? null, reply: readExplanation(text) };
    });
    const rejected = read.flatMap(({ fault, reply, ...rest }) => (fault === null ? [] : [{ ...rest, reason: fault }]));
    refuseTooManyRejected(rejected, asked.length, maxRejectedShare);
    const explained = Map.groupBy(
      read.flatMap(({ concept, fault, reply }) => (fault === null && reply.ok ? [{ concept, text: reply.text }] : [])),
      ({ concept }) => concept,
    );
    const explanations = new Map([...explained].map(([concept, own]) => [concept, own.map(({ text }) => text)]));

    const heldOut = holdOut(groups, validationShare, seed);
    const random = createRandom(`concepts/${seed}`);
    const paths = { train: join(folder, files.train.name), validation: join(folder, files.validation.name) };
    const { train, validation } = await writeLineFiles(paths, async (writers) => {
      for await (const picture of pictures) {
        const row = composeConcepts(picture, explanations, prompts, random.fork(picture.id));
        if (row) await (heldOut.has(picture.group) ? writers.validation : writers.train).write(row);
      }
      return { train: writers.train.count(), validation: writers.validation.count() };
    });
    if (train === 0) {
      throw userMistake(`sft.conceptAlignment: ${total} pictures with concepts make no row; add pictures`);
    }
    const facts = { train, validation, llmCalls: asked.length, rejected: rejected.length };
    const leftOut = {
      concepts: terms.filter((concept) => !explanations.has(concept)),
      pictures: total - train - validation,
    };
    const stats = { ...facts, concepts: terms.length, leftOut, model: llm.model };
    return {
      account,
      facts,
      files: {
        [files.train.name]: { path: paths.train },
        [files.validation.name]: { path: paths.validation },
        ...(await rowFiles(folder, {
          [files.explanations.name]: flatMapRows([...explanations], ([concept, texts]) => [{ concept, texts }]),
          [files.quarantine.name]: rejected,
        })),
        [files.stats.name]: `${JSON.stringify(stats, null, 2)}\n`,
      },
    };
  });
}

function faultOfExplanation(text: string): string | null {
  const read = readExplanation(text);
  return read.ok ? null : read.reason;
}
