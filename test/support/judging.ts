/** Evaluations whose answers are judged, and judges that score as they are told, for tests. */
import { tmpdir } from 'node:os';
import { evaluateBenchmark } from '../../activities/evaluation/evaluate-benchmark.ts';
import type { Asking } from '../../activities/llm/asking/ask.ts';
import type { ArtifactStore } from '../../activities/ports/artifact-store.ts';
import { commitFiles } from '../../activities/store/commit.ts';
import { type ArtifactRef, canonicalJson } from '../../domain/artifact.ts';
import { artifactFiles } from '../../domain/artifact-files.ts';
import type { OwnItem } from '../../domain/benchmarks/own-items.ts';
import type { BenchmarkChoice } from '../../domain/contracts/benchmarks.ts';
import { dimensionKeys, dimensions } from '../../domain/dermeval/dimensions.ts';
import type { LlmReply, LlmRequest } from '../../domain/llm.ts';
import { testImage } from './cases.ts';
import { answeringModel, benchmarkContext, localModel, requestOf } from './evaluations.ts';
import { llmSettings, standInLlm } from './llm.ts';

/** Items with certified texts, of two diseases in turn. */
export const narrativeItems = (count: number, more: Partial<OwnItem> = {}): OwnItem[] =>
  Array.from({ length: count }, (_, i) => ({
    ...{ id: `case-${i}`, image: `${i}.png`, question: 'Describe it.', answer: i % 2 === 0 ? 'psoriasis' : 'acne' },
    ...{ reference: `Certified text ${i}.`, source: 'mine', ...more },
  }));

export async function storeItems(
  store: ArtifactStore,
  items: readonly OwnItem[],
  name = 'mine',
): Promise<BenchmarkChoice> {
  const images: Record<string, typeof testImage> = {};
  for (const { image } of items) images[image] = { ...testImage, ...(await store.putBlob(`picture ${image}`)) };
  const own = { items, images };
  const work = {
    kind: 'dataset',
    key: `own-${name}-${items.length}`,
    method: 'test/1',
    inputs: {},
    params: {},
    facts: {},
  } as const;
  return {
    name,
    items: await commitFiles(store, work, { [artifactFiles.dataset.own.name]: { data: canonicalJson(own) } }),
  };
}

/** A model that answers `Answer <i> of <name>.` to the i-th item. */
export async function storeAnswers(
  store: ArtifactStore,
  benchmark: BenchmarkChoice,
  name = 'model',
): Promise<ArtifactRef> {
  const { asking } = requestOf();
  const data = { questions: null, dataset: null };
  const tested = localModel({ label: name });
  const model = answeringModel(name, (place) => `Answer ${place} of ${name}.`);
  return (await evaluateBenchmark({ tested, benchmark, data, asking }, model, benchmarkContext(store))).evaluation;
}

/** Six lines with the same score. */
export const sixOf = (score: number | string): string =>
  dimensionKeys.map((key) => `${dimensions[key].name}: ${score} - so it is`).join('\n');

/** The text that a request gives the judge to grade. */
export const candidateIn = ({ user }: Pick<LlmRequest, 'user'>): string =>
  /^CANDIDATE (#\w+)\n([\s\S]*?)\nEND \1$/m.exec(user)?.[2] ?? '';

export const judgeOf = (answer: (candidate: string, request: LlmRequest) => string | LlmReply) =>
  standInLlm((request) => answer(candidateIn(request), request));

export const judging = (store: ArtifactStore, llm: Asking['llm'], execution = 'first'): Asking => ({
  ...{ store, scratch: tmpdir(), settings: llmSettings, budget: {}, spent: [], onReply: () => {} },
  ...{ llm, run: { id: 'run', execution }, now: () => new Date(0), signal: new AbortController().signal },
});
