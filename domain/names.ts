/** Every name that two parts of the system must agree on stands here and nowhere else. */
import type { ArtifactKind } from './artifact.ts';

/** Which role serves which queue stands in workers/roles/, which activity goes to which in workflows/activities.ts. */
export const taskQueues = {
  orchestrator: 'dermflow',
  cpu: 'dermflow-cpu',
  llm: 'dermflow-llm',
  gpu: 'dermflow-gpu',
  /** Evaluation never waits for, nor takes, the trainer's accelerator. */
  evaluation: 'dermflow-evaluation',
} as const;

export const workerRoles = ['orchestrator', 'cpu', 'llm', 'gpu'] as const;
export type WorkerRole = (typeof workerRoles)[number];

/** Those of methods stand with the methods (domain/methods). */
export const workflowTypes = {
  evaluateCheckpoint: 'evaluateCheckpoint',
  evaluateModels: 'evaluateModels',
  nightlyEvaluation: 'nightlyEvaluation',
} as const;

/** `review`: which narratives people are asked about, and how far they are. */
export const queries = { progress: 'progress', review: 'review' } as const;

/**
 * `retryNow([activityIds])`: ends the wait of these activities for their next attempt, or for a person.
 * `setBudget(budget)`: what the run may spend on the language model from now on.
 * `reviewed(complete)`: people have reviewed cases; true where none waits any more as far as the sender knows.
 */
export const signals = { retryNow: 'retryNow', setBudget: 'setBudget', reviewed: 'reviewed' } as const;

/**
 * Search attributes, all of type Keyword; registered by `infra/local`, by an operator elsewhere (docs/operations.md). A
 * run whose namespace lacks them goes without. `verdict` is of nights alone. That of the part is registered in namespaces as
 * "stage", its name of before.
 */
export const searchAttributes = {
  recipe: 'DermflowRecipe',
  part: 'DermflowStage',
  verdict: 'DermflowVerdict',
} as const;

/** Changes of workflow code that runs started before do not see. */
export const patches = {
  searchAttributesAtStart: 'search-attributes-at-start',
  recordAtStart: 'record-at-start',
  recordAtEnd: 'record-at-end',
  /** References on an image encoder beside the rules of evaluations. */
  probes: 'probes',
  /** Grey pictures for every model of a run; before, for its final one alone. */
  controlOfEveryModel: 'no-image-control-of-every-model',
  /** Stricter rules for recipes, by their version. */
  recipeRules: (version: number): string => `recipe-rules-${version}`,
} as const;

/** What a run says of itself where it is listed, also without search attributes. */
export const memo = {
  recipe: 'recipe',
  recipeDigest: 'recipeDigest',
  /** For whom an open run waits, in words; absent where it goes on by itself. */
  waits: 'waits',
} as const;

/** `<recipe>-<first 12 characters of the recipe's digest>`: the same recipe and data find the same run. */
export const runId = (recipeName: string, digest: string): string => `${recipeName}-${digest.slice(0, 12)}`;

export const evaluationId = (run: string, label: string): string => `${run}/evaluate/${label}`;

/** An evaluation that is asked for by itself: the same models, benchmarks and settings find the same one. */
export const evaluationRunId = (digest: string): string => `evaluate-${digest.slice(0, 12)}`;

/** Temporal's id of a schedule of nights, and what the ids of its nights begin with. */
export const scheduleId = (schedule: string): string => `nightly-${schedule}`;

/** S3 keys stay within `[a-z0-9/._-]`: other characters are treated differently by different servers. */
export const storeKeys = {
  blob: (sha256: string): string => `cas/sha256/${sha256.slice(0, 2)}/${sha256}`,
  manifest: (kind: ArtifactKind, key: string): string => `manifests/${kind}/${key}.json`,
  manifests: (kind: ArtifactKind, prefix: string): string => `manifests/${kind}/${prefix}`,
  /** A second copy, found by its own digest, which is how manifests name what they were made from. */
  manifestByDigest: (sha256: string): string => `manifests/by-digest/${sha256}.json`,
  /** An empty object for each manifest that names a digest: as its input, or as a large file of it. */
  name: (sha256: string, by: string): string => `${storeKeys.names(sha256)}${by}`,
  names: (sha256: string): string => `names/${sha256}-`,
  /** Says that the names in manifests of earlier versions are written down as well. */
  namesComplete: 'names/complete',
  /** All replies of a model, by the digest of its identity. Those from before version 3 are not read. */
  llmReplies: (model: string): string => `llm/3/${model.slice(0, 32)}/`,
  /** The n-th reply of the same weights to a request, from 1. No folder per request: servers list and write those slower. */
  llmReply: (model: string, fingerprint: string, request: string, number: number): string =>
    `${storeKeys.llmReplies(model)}${fingerprint}/${request}-${number}.json`,
  /** A reply as it stands in the name of a pack: where its request's digest begins, and its number, the last for all above 15. */
  llmReplyCode: (request: string, number: number): string =>
    `${request.slice(0, 8)}${Math.min(number, 15).toString(16)}`,
  /** Several replies of the same weights, one per line. */
  llmReplyPack: (model: string, fingerprint: string, codes: readonly string[], digest: string): string =>
    `${storeKeys.llmReplies(model)}${fingerprint}/${codes.join('')}.${digest.slice(0, 16)}.jsonl`,
  /** The answer that a part of a run got first, and with which fingerprints it was answered since. */
  llmFirstReply: (part: string): string => `llm/served/${part}/first.json`,
  llmFingerprint: (part: string, fingerprint: string): string => `llm/served/${part}/fingerprints/${fingerprint}`,
  /** The n-th batch of a part: which lines it has, that it was submitted, that its replies are stored. */
  llmBatch: (part: string, number: number, state: 'lines' | 'submitted' | 'collected'): string =>
    `llm/served/${part}/batches/${number}-${state}.json`,
  llmAccount: (digest: string): string => `llm/accounts/${digest}.json`,
  /** How a judge first scored texts of known quality, by the digests of judge and texts. */
  judgeAnchors: (judge: string, texts: string): string => `judges/1/${judge.slice(0, 32)}-${texts.slice(0, 32)}.json`,
  /** The model that answered for a judge whose endpoint named none at first, by the judge's digest. */
  judgeServed: (judge: string): string => `judges/1/${judge.slice(0, 32)}-served.json`,
  /** All answers of a model under test, by the digest of who answers and how; each chunk is named by its own digest. */
  answers: (answerer: string): string => `answers/1/${answerer.slice(0, 32)}/`,
  answerChunk: (answerer: string, digest: string): string => `${storeKeys.answers(answerer)}${digest}.jsonl`,
  /** All reviews by people, or by programs with the same instructions. */
  reviews: (by: string): string => `reviews/1/${by.slice(0, 32)}/`,
  /** A reviewer's n-th judgement of a narrative, by the digests of what was judged and of the reviewer. */
  review: (by: string, narrative: string, reviewer: string, turn: number): string =>
    `${storeKeys.reviews(by)}${narrative.slice(0, 32)}/${reviewer.slice(0, 32)}-${turn}.json`,
  /** Copies of reviews of a set of narratives, some hundred per object, by the digest of what all of them judge. */
  reviewPacks: (by: string, judged: string): string => `review-packs/1/${by.slice(0, 32)}/${judged.slice(0, 32)}/`,
  reviewPack: (by: string, judged: string, digest: string): string =>
    `${storeKeys.reviewPacks(by, judged)}${digest}.jsonl`,
  /** Features of pictures by an encoder, by the digest of it and its settings; chunks as those of answers. */
  features: (encoder: string, form: string): string => `features/1/${encoder.slice(0, 32)}/${form}/`,
  featureChunk: (encoder: string, form: string, digest: string): string =>
    `${storeKeys.features(encoder, form)}${digest}.bin`,
};

/** Key of the checkpoint of a training stage at a step; steps are zero-padded for people, compared as numbers. */
export const checkpointKey = (stageKey: string, step: number): string =>
  `${stageKey}/step-${String(step).padStart(8, '0')}`;

export function stepOfCheckpointKey(key: string): number {
  const match = /\/step-(\d+)$/.exec(key);
  if (!match) throw new Error(`not a checkpoint key: ${key}`);
  return Number(match[1]);
}

/** The report's page, in its artifact and in the folder that it is written to. */
export const reportPageName = 'report.html';
