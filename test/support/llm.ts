/** Language models that are none, for tests. */
import { tmpdir } from 'node:os';
import type { Asking } from '../../activities/llm/asking/ask.ts';
import type { ArtifactStore } from '../../activities/ports/artifact-store.ts';
import type { LlmClient } from '../../activities/ports/llm-client.ts';
import type { LlmReply, LlmRequest } from '../../domain/llm.ts';
import { readEnvironment } from '../../platform/env.ts';

/** A reply as an endpoint gives it that tells everything. */
export const replyOf = (text: string, rest: Partial<LlmReply> = {}): LlmReply => ({
  ...{ text, finish: 'stop', thought: 0, thinking: 'none', inputTokens: 7, outputTokens: 3 },
  ...{ servedModel: null, systemFingerprint: null, words: null },
  ...rest,
});

export interface StandInLlm extends LlmClient {
  asked: LlmRequest[];
}

/** Answers by a function, and keeps what it was asked. */
export function standInLlm(answer: (request: LlmRequest) => string | LlmReply, model = 'stand-in'): StandInLlm {
  const asked: LlmRequest[] = [];
  return {
    ...{ model, asked },
    identify: async () => ({ provider: 'stand-in', address: null, model, says: {}, body: {} }),
    complete: async (request) => {
      asked.push(request);
      const reply = answer(request);
      return typeof reply === 'string' ? replyOf(reply) : reply;
    },
    close: async () => {},
  };
}

export const llmSettings = readEnvironment({}).llm;

/** What a stage needs to ask, for one whose trajectories need no LLM. */
export const askingNobody = (store: ArtifactStore): Asking => ({
  ...{
    store,
    scratch: tmpdir(),
    settings: llmSettings,
    budget: {},
    spent: [],
    onReply: () => {},
    now: () => new Date(0),
  },
  llm: standInLlm(() => {
    throw new Error('no calls');
  }),
  run: { id: 'run', execution: 'first' },
  signal: new AbortController().signal,
});
