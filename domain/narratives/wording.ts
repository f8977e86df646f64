/** What a profile of prompts says in each step of a narrative, and how the replies are read. */
import type { ImageRef } from '../cases/case.ts';
import type { Knowledge } from '../knowledge/knowledge.ts';
import type { LlmRequest } from '../llm.ts';

/** A reply that is refused, cut off or about something else is not repaired but rejected with its reason. */
export type Read = { ok: true; text: string } | { ok: false; reason: string };

/** What whoever gives the reasons knows. */
export interface Known {
  description: string;
  diagnosis: string;
}

/** What of a request the wording decides; the rest are the recipe's settings. */
type Asked = Pick<LlmRequest, 'system' | 'user' | 'jsonSchema'>;

export interface NarrativeWording {
  /** The row's prompt: what the trained model is asked. */
  prompt: string;
  /** What a model that is trained here is asked beside a picture whose diagnosis it does not know. */
  describe: string;
  /** The same of a language model that sees pictures. */
  describeByLlm: Asked;
  /** @returns the description in its standard form */
  readDescription(reply: string): Read;
  reason(known: Known, knowledge: Knowledge): Asked;
  /** @returns all that follows the findings: meaning, differential diagnoses, conclusion */
  readReasons(reply: string, known: Known, knowledge: Knowledge): Read;
  /** Description and reasons in the standard form: what the model is trained to answer. */
  compose(known: Known, reasons: string, knowledge: Knowledge): string;
}

interface WritingSettings {
  temperature: number;
  maxTokens: number;
}

/**
 * @param picture null: the model is shown none
 * @param candidate from 0, by which equal requests differ
 */
export const narrativeRequest = (
  asked: Asked,
  picture: ImageRef | null,
  { temperature, maxTokens }: WritingSettings,
  candidate: number,
): LlmRequest => ({
  ...asked,
  ...(picture ? { images: [{ sha256: picture.sha256, bytes: picture.bytes, mediaType: 'image/png' }] } : {}),
  ...{ maxTokens, temperature, seed: candidate },
});
