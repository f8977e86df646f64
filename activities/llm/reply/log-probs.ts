/** Probabilities of options out of a chat completion whose request asked for `logprobs` (by DERMFLOW_LLM_BODY). */
import type { LanguageModelV4GenerateResult } from '@ai-sdk/provider';
import { z } from 'zod';
import { type OfferedOption, type OptionLogProbs, optionLogProbs } from '../../../domain/replies/option-log-probs.ts';

const tokenLogProb = z.object({ token: z.string(), logprob: z.number() });
/** As OpenAI has it, and vLLM, SGLang and llama.cpp after it. */
const bodySchema = z.object({
  choices: z.tuple(
    [
      z.object({
        logprobs: z.object({
          content: z.array(tokenLogProb.extend({ top_logprobs: z.array(tokenLogProb).default([]) })),
        }),
      }),
    ],
    z.unknown(),
  ),
});

/** Null where the reply has none. */
export function readOptions(
  { response }: Pick<LanguageModelV4GenerateResult, 'response'>,
  options: readonly OfferedOption[],
): OptionLogProbs | null {
  const body = bodySchema.safeParse(response?.body).data;
  if (!body) return null;
  const [{ logprobs }] = body.choices;
  const tokens = logprobs.content.map(({ token, logprob, top_logprobs: top }) => ({
    text: token,
    // The token itself may stand below the alternatives that are listed.
    alternatives: [...(top.some((other) => other.token === token) ? [] : [{ token, logprob }]), ...top].map(
      (other) => [other.token, other.logprob] as const,
    ),
  }));
  return optionLogProbs(tokens, options);
}
