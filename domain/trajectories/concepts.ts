/**
 * D_concept (Table 8): pictures with the concepts that experts saw in them, each explained by an LLM. The paper
 * names the set and no use of it; here it is a first phase of SFT, off by default (A20).
 */
import type { ConceptCase } from '../cases/undiagnosed.ts';
import type { LlmRequest } from '../llm.ts';
import { conceptPrompt, type PromptProfile } from '../prompts/prompts.ts';
import type { Random } from '../random.ts';
import { type ProseReply, readProse } from './prose.ts';
import type { SftRow } from './row.ts';

const tag = 'explanation';

/** C of a picture in the order of its set: `plaque`, `atypical pigment network`; what is absent is no concept. */
export const conceptsOf = ({ concepts }: Pick<ConceptCase, 'concepts'>): string[] =>
  Object.entries(concepts)
    .filter(([, value]) => value !== 'absent')
    .map(([name, value]) => (value === 'present' ? name : `${value} ${name}`));

/**
 * What f_LLM is asked for e. It sees no picture, so it explains the concept, not the picture.
 *
 * @param variant from 0; each is another wording of the same explanation
 */
export const explanationRequest = (concept: string, variant: number): LlmRequest => ({
  system: 'You are a concise, professional dermatology assistant.',
  user: `Explain the dermatological sign "${concept}" by what is visible on the skin: colour, shape, surface, border. Write one or two complete sentences inside <${tag}> </${tag}>, and name no diagnosis.`,
  maxTokens: 160,
  temperature: 0.7,
  seed: variant,
});

export const readExplanation = (reply: string): ProseReply => readProse(reply, tag);

/**
 * One row for SFT: the picture, and a line for each of its concepts with one of its explanations.
 *
 * @param explanations by concept; a concept without one is left out
 * @returns null where no concept of the picture is explained
 */
export function composeConcepts(
  picture: ConceptCase,
  explanations: ReadonlyMap<string, readonly string[]>,
  profile: PromptProfile,
  random: Random,
): SftRow | null {
  const [image] = picture.images;
  if (!image) throw new RangeError(`picture ${picture.id} has no image`);
  const lines = conceptsOf(picture).flatMap((concept) => {
    const own = explanations.get(concept) ?? [];
    return own.length === 0 ? [] : [`${concept}: ${random.pick(own)}`];
  });
  if (lines.length === 0) return null;
  return { id: picture.id, image, prompt: conceptPrompt(profile), completion: lines.join('\n') };
}
