/** A small chat model in this process, by llama.cpp on the CPU. A grammar enforces the form; the content is weak: for demos and tests. */
import { access } from 'node:fs/promises';
import { basename } from 'node:path';
import type { LanguageModelV4, LanguageModelV4CallOptions, LanguageModelV4GenerateResult } from '@ai-sdk/provider';
import {
  type GbnfJsonObjectSchema,
  getLlama,
  type Llama,
  LlamaChatSession,
  type LlamaContextSequence,
  LlamaLogLevel,
} from 'node-llama-cpp';
import pLimit from 'p-limit';
import type { Logger } from 'pino';
import { unavailable, userMistake } from '../../domain/failures.ts';
import { workNoter } from '../motion.ts';
import type { LlmClient } from '../ports/llm-client.ts';
import { generate } from './generate.ts';

/** In tokens, prompt and reply together. */
const contextSize = 4096;

interface EmbeddedSettings {
  /** Path of a GGUF file that holds an instruct model with its chat template. */
  modelPath: string;
  threads: number;
  /** Milliseconds without a request after which the model is given back. */
  keptMs?: number;
  /** Called where the model cannot be given back. */
  logger?: Logger | undefined;
}

/** How long the model is kept without a request, in milliseconds: it takes a third of a gigabyte, and a second to load. */
const idleMs = 30_000;

/** Loads the model at the first request, and gives it back when none comes; requests are answered one after another. */
export function createEmbeddedClient({ modelPath, threads, keptMs = idleMs, logger }: EmbeddedSettings): LlmClient {
  const oneAtATime = pLimit(1);
  const file = basename(modelPath, '.gguf');
  let loading: Promise<LoadedModel> | null = null;
  let leaving: NodeJS.Timeout | undefined;
  const unload = async (): Promise<void> => {
    clearTimeout(leaving);
    const loaded = await loading?.catch(() => null);
    loading = null;
    await loaded?.llama.dispose();
  };
  /** The next request loads it again, whether its memory came back or not. */
  const leave = (): void =>
    void oneAtATime(unload).catch((error: unknown) => {
      logger?.warn({ model: file, reason: String(error) }, 'the embedded language model could not be given back');
    });
  const load = (): Promise<LoadedModel> => {
    clearTimeout(leaving);
    loading ??= loadModel(modelPath, threads).catch((error: unknown) => {
      loading = null;
      throw error;
    });
    return loading;
  };
  const model: LanguageModelV4 = {
    specificationVersion: 'v4',
    provider: 'embedded',
    modelId: file,
    supportedUrls: {},
    doGenerate: (options) =>
      oneAtATime(async () => {
        options.abortSignal?.throwIfAborted();
        try {
          return await answer(await load(), options);
        } finally {
          clearTimeout(leaving);
          leaving = setTimeout(leave, keptMs).unref();
        }
      }),
    doStream: () => Promise.reject(new Error('the embedded model does not stream')),
  };
  const dialect = { structured: 'json_schema', stream: false } as const;
  return {
    model: `embedded/${file}`,
    identify: async () => ({ provider: 'embedded', address: null, model: file, says: {}, body: {} }),
    complete: async (request, signal) => {
      if (request.images?.length) {
        throw userMistake(
          'the embedded language model takes no images; name one that does, in the recipe (llm.provider) or by DERMFLOW_LLM_BASE_URL',
        );
      }
      try {
        return await generate({ model, request, pictures: [], dialect, thinkingTokens: 0, signal });
      } catch (error) {
        signal.throwIfAborted();
        throw error;
      }
    },
    close: () => oneAtATime(unload),
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

async function answer(
  { llama, sequence }: LoadedModel,
  { prompt, responseFormat, maxOutputTokens, temperature, seed, abortSignal }: LanguageModelV4CallOptions,
): Promise<LanguageModelV4GenerateResult> {
  await sequence.clearHistory();
  const before = sequence.tokenMeter.getState();
  const noteWork = workNoter();
  const session = new LlamaChatSession({ contextSequence: sequence, systemPrompt: textOf(prompt, 'system') });
  try {
    // The library types schemas narrowly; ours are JSON, of which it reads what it knows.
    const schema =
      responseFormat?.type === 'json' ? (responseFormat.schema as GbnfJsonObjectSchema | undefined) : undefined;
    const { responseText, stopReason } = await session.promptWithMeta(textOf(prompt, 'user'), {
      ...(maxOutputTokens === undefined ? {} : { maxTokens: maxOutputTokens }),
      ...(temperature === undefined ? {} : { temperature }),
      ...(seed === undefined ? {} : { seed }),
      ...(abortSignal ? { signal: abortSignal } : {}),
      onToken: noteWork,
      ...(schema ? { grammar: await llama.createGrammarForJsonSchema(schema) } : {}),
    });
    const { usedInputTokens, usedOutputTokens } = sequence.tokenMeter.diff(before);
    const details = { noCache: undefined, cacheRead: undefined, cacheWrite: undefined };
    return {
      content: [{ type: 'text', text: responseText.trim() }],
      finishReason: { unified: stopReason === 'maxTokens' ? 'length' : 'stop', raw: stopReason },
      usage: {
        inputTokens: { total: usedInputTokens, ...details },
        outputTokens: { total: usedOutputTokens, text: undefined, reasoning: undefined },
      },
      warnings: [],
    };
  } finally {
    session.dispose({ disposeSequence: false });
  }
}

/** Pictures and tools are not for this model. */
const textOf = (prompt: LanguageModelV4CallOptions['prompt'], role: 'system' | 'user'): string =>
  prompt
    .filter((message) => message.role === role)
    .flatMap(({ content }) =>
      typeof content === 'string' ? content : content.flatMap((part) => (part.type === 'text' ? part.text : [])),
    )
    .join('\n');
