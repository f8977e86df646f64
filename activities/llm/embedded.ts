/** A small chat model in this process, by llama.cpp on the CPU. Form by grammar; content weak: for demos and tests. */
import { access } from 'node:fs/promises';
import { basename } from 'node:path';
import {
  type GbnfJsonObjectSchema,
  getLlama,
  type Llama,
  LlamaChatSession,
  type LlamaContextSequence,
  LlamaLogLevel,
} from 'node-llama-cpp';
import pLimit from 'p-limit';
import { unavailable } from '../../domain/failures.ts';
import type { LlmRequest } from '../../domain/llm.ts';
import type { LlmClient, LlmReply } from '../ports/llm-client.ts';

/** In tokens, prompt and reply together. */
const contextSize = 4096;

export interface EmbeddedSettings {
  /** Path of a GGUF file that holds an instruct model with its chat template. */
  modelPath: string;
  threads: number;
}

/** Loads the model at the first request; requests are answered one after another. */
export function createEmbeddedClient({ modelPath, threads }: EmbeddedSettings): LlmClient {
  const oneAtATime = pLimit(1);
  let loading: Promise<LoadedModel> | null = null;
  const load = (): Promise<LoadedModel> => {
    loading ??= loadModel(modelPath, threads).catch((error: unknown) => {
      loading = null;
      throw error;
    });
    return loading;
  };
  return {
    model: `embedded/${basename(modelPath, '.gguf')}`,
    complete: (request, signal) =>
      oneAtATime(async () => {
        signal.throwIfAborted();
        return answer(await load(), request, signal);
      }),
    close: () =>
      oneAtATime(async () => {
        const loaded = await loading?.catch(() => null);
        loading = null;
        await loaded?.llama.dispose();
      }),
  };
}

interface LoadedModel {
  llama: Llama;
  sequence: LlamaContextSequence;
}

async function loadModel(modelPath: string, threads: number): Promise<LoadedModel> {
  await access(modelPath).catch((error: unknown) => {
    throw unavailable(`${modelPath}: the embedded language model is not there; run "npm run setup"`, error);
  });
  const llama = await getLlama({
    gpu: false,
    build: 'never',
    skipDownload: true,
    logLevel: LlamaLogLevel.error,
    maxThreads: threads,
  });
  try {
    const model = await llama.loadModel({ modelPath });
    const context = await model.createContext({ contextSize, threads });
    return { llama, sequence: context.getSequence() };
  } catch (error) {
    await llama.dispose();
    throw unavailable(`${modelPath}: the embedded language model cannot be loaded: ${String(error)}`, error);
  }
}

async function answer({ llama, sequence }: LoadedModel, request: LlmRequest, signal: AbortSignal): Promise<LlmReply> {
  await sequence.clearHistory();
  const before = sequence.tokenMeter.getState();
  const session = new LlamaChatSession({ contextSequence: sequence, systemPrompt: request.system });
  try {
    const { maxTokens, temperature, seed } = request;
    // The library types schemas narrowly; ours are JSON, of which it reads what it knows.
    const schema = request.jsonSchema as GbnfJsonObjectSchema | undefined;
    const grammar = schema ? { grammar: await llama.createGrammarForJsonSchema(schema) } : {};
    const text = await session.prompt(request.user, { maxTokens, temperature, seed, signal, ...grammar });
    const used = sequence.tokenMeter.diff(before);
    return { text: text.trim(), inputTokens: used.usedInputTokens, outputTokens: used.usedOutputTokens };
  } finally {
    session.dispose({ disposeSequence: false });
  }
}
