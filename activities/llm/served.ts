/**
 * Which weights answer a part of a run. What an endpoint says of its model stands in the model's identity; the
 * fingerprint of the weights (`system_fingerprint`) comes only with a reply. So a part of a run asks once, in a few tokens, before
 * anything else, and remembers the answer: other weights under the same name are another model, whose replies are
 * not known yet. A hosted provider answers from machines of several fingerprints, and may change them at any time: each
 * that answers the part joins it, is remembered with it, and its earlier replies serve from then on. So what the part
 * has paid for is found again by every attempt and `resume`, and another run takes what these weights have written.
 */
import { canonicalJson, digestOf } from '../../domain/artifact.ts';
import { type LlmIdentity, type LlmReply, type LlmRequest, llmReplySchema } from '../../domain/llm.ts';
import { storeKeys } from '../../domain/names.ts';
import type { ArtifactStore } from '../ports/artifact-store.ts';

/** The model as the artifact of a part of a run names it. */
export interface ServedModel {
  identity: LlmIdentity;
  /** The fingerprint of the weights that answered first; null where the endpoint gives none. */
  fingerprint: string | null;
  /** The reply that had it, which the part has paid for; null where nothing was asked. */
  reply: LlmReply | null;
  /** Digest of the part of the run, under which its fingerprints are remembered. */
  part: string;
}

/** Asked for the fingerprint alone; also the smallest request that shows whether an endpoint answers at all. */
export const recognitionRequest: LlmRequest = {
  ...{ system: 'You are a concise assistant.', user: 'Reply with the word "yes".' },
  ...{ maxTokens: 16, temperature: 0, seed: 0 },
};

/** A part of a run, as digests that are stored name it. */
interface PartOfRun {
  run: string;
  /** Its method. */
  stage: string;
}

/**
 * @param ask asks the model; throws where it may not be asked
 */
export async function recogniseModel(
  store: ArtifactStore,
  identity: LlmIdentity,
  part: PartOfRun,
  ask: (request: LlmRequest) => Promise<LlmReply>,
): Promise<ServedModel> {
  const digest = digestOf(canonicalJson({ model: identity, ...part }));
  // A model in this process has no other weights than its file's.
  if (identity.address === null) return { identity, fingerprint: null, reply: null, part: digest };
  const key = storeKeys.llmFirstReply(digest);
  let bytes = await store.getObject(key);
  if (bytes === null) {
    const reply = await ask(recognitionRequest);
    await store.putObjectIfAbsent(key, canonicalJson(reply));
    bytes = await store.getObject(key); // of two workers the first
  }
  const reply = llmReplySchema.parse(JSON.parse(new TextDecoder().decode(bytes ?? undefined)));
  return { identity, fingerprint: reply.systemFingerprint, reply, part: digest };
}

/** Identity and fingerprint in one, as an artifact's parameters hold them. */
export const modelOfRecord = ({ identity, fingerprint }: ServedModel) =>
  fingerprint === null ? identity : { ...identity, fingerprint };

/** The fingerprints of a part of a run, as keys name them. */
export interface Fingerprints {
  has(name: string): boolean;
  /** Where a reply is kept. Remembers a new fingerprint first, so that the next attempt finds the reply. */
  nameFor(reply: LlmReply): Promise<string>;
}

export async function openFingerprints(
  store: ArtifactStore,
  { fingerprint, part }: Pick<ServedModel, 'fingerprint' | 'part'>,
): Promise<Fingerprints> {
  const first = nameOf(fingerprint);
  const prefix = storeKeys.llmFingerprint(part, '');
  const joined = (await store.objectKeys(prefix)).map((key) => key.slice(prefix.length));
  const names = new Map<string, Promise<unknown>>([first, ...joined].map((name) => [name, Promise.resolve()]));
  return {
    has: (name) => names.has(name),
    nameFor: async ({ systemFingerprint }) => {
      // A refusal, or a reply without one, is the first one's.
      if (systemFingerprint === null) return first;
      const name = nameOf(systemFingerprint);
      const remembered =
        names.get(name) ??
        store.putObjectIfAbsent(storeKeys.llmFingerprint(part, name), canonicalJson({ systemFingerprint }));
      names.set(name, remembered);
      await remembered;
      return name;
    },
  };
}

/** Keys take few characters, and fingerprints have any. */
const nameOf = (fingerprint: string | null): string =>
  fingerprint === null ? 'none' : digestOf(fingerprint).slice(0, 16);
