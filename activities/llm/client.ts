/** The language model that the environment names: an endpoint, else the embedded one. */
import { availableParallelism } from 'node:os';
import { userMistake } from '../../domain/failures.ts';
import type { Environment } from '../../infra/env.ts';
import { findSmallModel } from '../../infra/tools.ts';
import type { LlmClient } from '../ports/llm-client.ts';
import { createEmbeddedClient } from './embedded.ts';
import { createEndpointClient } from './endpoint.ts';

/** Connects to nothing yet. Throws a user's mistake where an endpoint is named without a model or address. */
export function createLlmClient({ home, llm }: Pick<Environment, 'home' | 'llm'>): LlmClient {
  if (llm.provider === 'embedded') {
    return createEmbeddedClient({ modelPath: findSmallModel(home), threads: embeddedThreads() });
  }
  if (llm.model === '') {
    throw userMistake(
      `environment: the language model is asked of "${llm.provider}" but DERMFLOW_LLM_MODEL is empty; name a model of that endpoint`,
    );
  }
  return createEndpointClient(llm);
}

/**
 * One core stays free: llama.cpp's threads wait for one another by spinning, and with another busy process on the same
 * cores a reply took 45 s with two threads and 1.4 s with one.
 */
const embeddedThreads = (): number => Math.max(1, Math.min(4, availableParallelism() - 1));
