/** Requests for evaluations, and models that answer as they are told, for tests. */
import { tmpdir } from 'node:os';
import type { BenchmarkContext, OpenedModel } from '../../activities/evaluation/evaluate-benchmark.ts';
import { toJsonLines } from '../../activities/json-lines.ts';
import type { ArtifactStore } from '../../activities/ports/artifact-store.ts';
import { commitFiles } from '../../activities/store/commit.ts';
import { type ArtifactRef, digestOf } from '../../domain/artifact.ts';
import { artifactFiles } from '../../domain/artifact-files.ts';
import type { EvaluateModelsInput, TestedModel } from '../../domain/contracts/benchmarks.ts';
import { evaluationProfile } from '../../domain/prompts/prompts.ts';
import type { Question } from '../../domain/questions/question.ts';
import { conditionQuestion, melanomaQuestion, testImage } from './cases.ts';
import { reference, stretch } from './fake-activities.ts';

const profile = evaluationProfile('compact');
const common = { profile, reader: 'strict', shown: 'real' } as const;
type LocalModel = Extract<TestedModel, { kind: 'local' }>;
const base: LocalModel = {
  ...{ profile, reader: 'strict', shown: 'real', kind: 'local', label: 'base:tiny', base: 'tiny', baseSha256: null },
  ...{ adapter: null, runtime: 'onnx', precision: 'fp32' },
};

export const localModel = (more: Partial<LocalModel> = {}): TestedModel => ({ ...base, ...more });

export const endpointModel = (model = 'gpt-4o'): TestedModel => ({
  ...{ ...common, kind: 'endpoint', label: `endpoint:${model}`, model },
});

/** The base, an endpoint and a milestone, on two benchmarks. */
export const requestOf = (more: Partial<EvaluateModelsInput> = {}): EvaluateModelsInput => {
  const { step: _, ...checkpoint } = stretch('grpo', 500).checkpoint;
  return {
    models: [
      localModel(),
      endpointModel(),
      localModel({ label: 'run@grpo-500', baseSha256: digestOf('tiny'), adapter: checkpoint }),
    ],
    benchmarks: ['id-diagnosis', 'lesion-condition'],
    data: { questions: reference('questions', 'all'), dataset: reference('dataset', 'split') },
    asking: {
      decoding: { maxNewTokens: 64, temperature: 0, seed: 1 },
      ...{ samples: 1, limit: null, batchSize: 32, threads: 1 },
    },
    ...more,
  };
};

/** A `questions` artifact with diagnosis and lesion-condition questions on pictures of their own, two to a patient. */
export async function storeQuestions(
  store: ArtifactStore,
  count: number,
  picture: (i: number) => Promise<Uint8Array> | string = (i) => `picture ${i}`,
): Promise<ArtifactRef> {
  const questions: Question[] = [];
  for (let i = 0; i < count; i++) {
    const image = { ...testImage, ...(await store.putBlob(await picture(i))) };
    const common = {
      caseId: `case-${i}`,
      group: `patient-${i >> 1}`,
      source: i % 2 === 0 ? 'ham10000' : 'derm7pt',
      image,
    };
    questions.push(melanomaQuestion({ ...common, id: `case-${i}/diagnosis` }));
    questions.push({ ...conditionQuestion(), ...common, id: `case-${i}/lesion-condition` });
  }
  const description = { kind: 'questions', key: 'q', method: 'test/1', inputs: {}, params: {}, facts: {} } as const;
  return commitFiles(store, description, { [artifactFiles.questions.test.name]: { data: toJsonLines(questions) } });
}

/** A model that answers by a function of the row's place among those that it is asked at once. */
export const answeringModel = (name: string, answer: (place: number) => string): OpenedModel => ({
  answerer: {
    ...{ model: { name }, runtime: 'transformers', precision: 'fp32' },
    decoding: { maxNewTokens: 64, temperature: 0, seed: 1 },
  },
  inputs: {},
  open: async () => ({
    generate: async function* (rows) {
      yield* rows.map(({ id }, place) => ({ id, text: answer(place), tokens: [1] }));
    },
    close: async () => {},
  }),
});

export const benchmarkContext = (store: ArtifactStore): BenchmarkContext => ({
  ...{ store, scratch: tmpdir(), signal: new AbortController().signal },
  onProgress: () => {},
  onDamaged: () => {},
});
