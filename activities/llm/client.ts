/** The language model that a recipe chooses, else the environment's: an endpoint, else the embedded one. */
import { availableParallelism } from 'node:os';
import type { Logger } from 'pino';
import { canonicalJson } from '../../domain/artifact.ts';
import { userMistake } from '../../domain/failures.ts';
import type { LlmImage } from '../../domain/llm.ts';
import { type LlmChoice, settingsFor } from '../../domain/llm-settings.ts';
import type { Environment } from '../../platform/env.ts';
import { findSmallModel } from '../../platform/tools.ts';
import type { LlmClient } from '../ports/llm-client.ts';
import { createEmbeddedClient } from './embedded.ts';
import { createEndpointClient } from './endpoint.ts';

export type ChooseLlm = (choice?: LlmChoice) => LlmClient;

/**
 * Connects to nothing yet. Throws a user's mistake where an endpoint is named without a model or address.
 *
 * @param loadImage the bytes of a request's picture
 */
export function createLlmClient(
  { home, llm }: Pick<Environment, 'home' | 'llm'>,
  loadImage: (image: LlmImage) => Promise<Uint8Array>,
  choice?: LlmChoice,
  logger?: Logger,
): LlmClient {
  const settings = settingsFor(llm, choice);
  const { provider, model, variable } = settings;
  if (provider === 'embedded') {
    if (choice?.model !== undefined) {
      throw userMistake(
        `recipe: llm.model is "${choice.model}", but the embedded language model is asked; name llm.provider, or set DERMFLOW_LLM_PROVIDER`,
      );
    }
    return createEmbeddedClient({ modelPath: findSmallModel(home), threads: embeddedThreads(), logger });
  }
  if (model === '') {
    throw userMistake(
      `environment: the language model is asked of "${provider}" but ${variable}MODEL is empty; name a model of that endpoint`,
    );
  }
  return createEndpointClient(settings, { loadImage });
}

/** One client for each choice, so that what was learned of an endpoint is kept while the worker lives. */
export function createLlmChooser(
  environment: Pick<Environment, 'home' | 'llm'>,
  loadImage: (image: LlmImage) => Promise<Uint8Array>,
  logger?: Logger,
): ChooseLlm {
  const clients = new Map<string, LlmClient>();
  return ({ provider, model } = {}) => {
    const choice = { ...(provider ? { provider } : {}), ...(model ? { model } : {}) };
    const key = canonicalJson(choice);
    const client = clients.get(key) ?? createLlmClient(environment, loadImage, choice, logger);
    clients.set(key, client);
    return client;
  };
}

/**
 * One core stays free: llama.cpp's threads wait for one another by spinning, and with another busy process on the same
 * cores a reply took 45 s with two threads and 1.4 s with one.
 */
const embeddedThreads = (): number => Math.max(1, Math.min(4, availableParallelism() - 1));
