/** A chat model behind an address, by the AI SDK. What it cannot do is what is ours: patience, dialects, classes of failure. */
import { setTimeout as sleep } from 'node:timers/promises';
import { DermflowError, failureTypes, needsPerson, unavailable, userMistake } from '../../domain/failures.ts';
import type { LlmReply, LlmRequest } from '../../domain/llm.ts';
import { classOf, type FailureClass } from '../../domain/llm-failures.ts';
import type { LlmSettings } from '../../domain/llm-settings.ts';
import type { LlmClient } from '../ports/llm-client.ts';
import { openAddress, secretsOf } from './address.ts';
import { Dialect } from './dialect.ts';
import { generate } from './generate.ts';
import { identifyEndpoint, rootCause } from './identity.ts';
import { providerModel } from './providers.ts';
import { refusal } from './reading.ts';
import { createWire } from './wire.ts';
import { listen, retryAfterMs, type Said } from './words.ts';

/** A longer pause is Temporal's, so that `status` shows it. */
const longestPauseMs = 60_000;
/** An endpoint that refuses so many requests and has answered none does not take our settings. */
const refusalsBeforeDoubt = 5;
/** Two for each thing that a dialect can learn. */
const mostAdaptations = 12;
/** Failures whose words may name a field without meaning it. */
const own: ReadonlySet<FailureClass> = new Set(['filtered', 'too long', 'quota']);

export interface EndpointClient extends LlmClient {
  /** What was learned of the endpoint, in words for people. */
  readonly learned: string[];
  /** How JSON is asked for by now. */
  readonly structured: string;
}

/**
 * @param maxRetries attempts after the first where the endpoint is overloaded or away. Defaults to 5.
 */
export function createEndpointClient(
  settings: Omit<LlmSettings, 'concurrency' | 'asks' | 'prices'>,
  maxRetries = 5,
): EndpointClient {
  const { model, timeoutMs, thinkingTokens } = settings;
  const address = openAddress(settings);
  const dialect = new Dialect(settings);
  const secrets = secretsOf(settings);
  const past = { answered: 0, refused: 0 };
  const name = `LLM endpoint ${address.shown}`;

  /** Asks as often as something is learned from the refusal. */
  async function ask(request: LlmRequest, signal: AbortSignal): Promise<LlmReply> {
    for (let adaptations = 0; ; adaptations++) {
      const wire = createWire(address, dialect);
      try {
        const sdkModel = providerModel(settings, address, wire.fetch);
        return await generate({ model: sdkModel, request, dialect, thinkingTokens, signal });
      } catch (error) {
        const { status, all } = listen(error, secrets);
        const ofDialect = status !== null && ![401, 408, 429].includes(status) && !own.has(classOf(status, all));
        if (!ofDialect || adaptations >= mostAdaptations || !dialect.learn(wire.sent, all)) throw error;
      }
    }
  }

  /** What to do about a failure: a reply that stands for it, or an error. */
  function conclude(kind: FailureClass, said: Said, error: unknown): LlmReply {
    const http = said.status === null ? rootCause(error) : `HTTP ${said.status}`;
    const words = said.sentence === '' ? '' : `; it says: ${said.sentence}`;
    const mistake = (text: string): DermflowError => userMistake(`${name} ${text}${words}`);
    switch (kind) {
      case 'away': {
        const answers = said.status === null ? 'does not answer' : 'is overloaded or failing';
        const remedy =
          said.status === null ? 'start it or correct DERMFLOW_LLM_BASE_URL' : 'the run goes on when it recovers';
        const message = `${name} ${answers} (${http}); ${remedy}${words}`;
        throw new DermflowError(failureTypes.unavailable, message, { retryAfterMs: retryAfterMs(said) });
      }
      case 'quota':
        throw needsPerson(
          `${name}: the account is empty or its limit reached (${http}); pay or raise it, then "dermflow resume"${words}`,
        );
      case 'key':
        throw mistake(`refused the key (${http}); set DERMFLOW_LLM_API_KEY on the llm worker, then "dermflow resume"`);
      case 'setting':
        throw mistake(`has no model "${model}" (${http}); correct DERMFLOW_LLM_MODEL or DERMFLOW_LLM_BASE_URL`);
      case 'refused':
        past.refused++;
        if (past.answered === 0 && past.refused >= refusalsBeforeDoubt) {
          throw mistake(
            `refused each of ${past.refused} requests (${http}); does "${model}" take chat completions with these settings?`,
          );
        }
        return refusal('refused', `${http}: ${said.sentence}`);
      default:
        return refusal(kind, `${http}: ${said.sentence}`);
    }
  }

  async function complete(request: LlmRequest, signal: AbortSignal): Promise<LlmReply> {
    for (let retries = 0; ; retries++) {
      const timeout = AbortSignal.timeout(timeoutMs);
      try {
        const reply = await ask(request, AbortSignal.any([signal, timeout]));
        past.answered++;
        return reply;
      } catch (error) {
        signal.throwIfAborted();
        // Not asked again at once: the endpoint may still be at it, and be paid for it.
        if (timeout.aborted) {
          throw unavailable(
            `${name} took longer than ${timeoutMs / 1_000} s for a reply; raise DERMFLOW_LLM_TIMEOUT or lower DERMFLOW_LLM_CONCURRENCY`,
          );
        }
        const said = listen(error, secrets);
        const kind = classOf(said.status, said.all);
        const pauseMs = retryAfterMs(said) ?? Math.min(longestPauseMs, 500 * 2 ** retries);
        if (kind !== 'away' || retries >= maxRetries || pauseMs > longestPauseMs) return conclude(kind, said, error);
        await sleep(pauseMs, undefined, { signal }).catch(() => signal.throwIfAborted());
      }
    }
  }

  return {
    model,
    get learned() {
      return dialect.learned;
    },
    get structured() {
      return dialect.structured;
    },
    identify: (signal) => identifyEndpoint(settings, address, signal),
    complete,
    close: async () => {},
  };
}
