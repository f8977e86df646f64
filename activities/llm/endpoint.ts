/** A chat model behind an address, by the AI SDK. Ours is what that cannot do: patience, dialects, classes of failure. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { APICallError } from '@ai-sdk/provider';
import { DermflowError, failureTypes, needsPerson, unavailable, userMistake } from '../../domain/failures.ts';
import type { LlmImage, LlmReply, LlmRequest } from '../../domain/llm.ts';
import { classOf, type FailureClass } from '../../domain/llm-failures.ts';
import type { LlmSettings } from '../../domain/llm-settings.ts';
import type { LlmClient } from '../ports/llm-client.ts';
import { openAddress, secretsOf, withoutMethod } from './address.ts';
import { createBatches } from './batch/provider.ts';
import { type Generation, generate } from './generate.ts';
import { identifyEndpoint, notReached } from './identity.ts';
import { keyHeaders } from './key-headers.ts';
import { Dialect } from './learned-dialect.ts';
import { providerModel } from './providers.ts';
import { refusal } from './reply/reading.ts';
import { patientFetch } from './transport.ts';
import { createWire, type Exchange } from './wire.ts';
import { listen, retryAfterMs, type Said, withoutSecrets } from './words.ts';

/** A longer pause is Temporal's, so that `status` shows it. */
const longestPauseMs = 60_000;
/** An endpoint that refuses this many requests and has answered none does not take our settings. */
const refusalsBeforeDoubt = 5;
/** Two for each thing that a dialect can learn. */
const mostAdaptations = 12;
/** `moved`: another address answered, or is pointed to; there a key is not sent, and a request may arrive without its body. */
type Kind = FailureClass | 'moved';
/** What another address may say that an address redirects to. */
const ofAnotherPlace: ReadonlySet<Kind> = new Set(['key', 'setting', 'refused']);
/** Failures whose words may name a field without meaning it. */
const own: ReadonlySet<Kind> = new Set(['filtered', 'too long', 'quota', 'no images']);

export interface EndpointClient extends LlmClient {
  /** What was learned of the endpoint, in words for people. */
  readonly learned: string[];
  /** How JSON is asked for by now. */
  readonly structured: string;
}

export interface EndpointOptions {
  /** The bytes of a request's picture. Default: requests have none. */
  loadImage?: (image: LlmImage) => Promise<Uint8Array>;
  /** Attempts after the first where the endpoint is overloaded or away. Default: 5. */
  maxRetries?: number;
}

interface Asked extends Pick<Generation, 'request' | 'signal'> {
  /** Each in the encoding that its media type names. */
  pictures: readonly { mediaType: string; data: Uint8Array }[];
}

/** Of pictures that their owner still holds: several questions may be about one. */
const encodings = new WeakMap<Uint8Array, Uint8Array>();

function base64Of(data: Uint8Array): Uint8Array {
  const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  const encoding = encodings.get(data) ?? Buffer.from(bytes.toString('base64'), 'latin1');
  encodings.set(data, encoding);
  return encoding;
}

export function createEndpointClient(
  settings: Omit<LlmSettings, 'concurrency' | 'asks' | 'prices'>,
  { loadImage = noImages, maxRetries = 5 }: EndpointOptions = {},
): EndpointClient {
  const { model, timeoutMs, thinkingTokens, variable } = settings;
  const address = openAddress(settings);
  const dialect = new Dialect(settings);
  const secrets = secretsOf(settings);
  const past = { answered: 0, answeredWithImages: 0, refused: 0 };
  const wire = createWire(address, dialect);
  // One for all calls: making one costs as much as a call.
  const sdkModel = providerModel(settings, address, wire.fetch);
  const name = `LLM endpoint ${address.shown}`;

  function kindOf({ status, all, isPage, movedTo }: Said, { images = [] }: LlmRequest): Kind {
    // A model that has answered with an image takes them, whatever it says of this one.
    const kind = classOf(status, all, images.length > 0 && past.answeredWithImages === 0);
    const mayBeElsewhere = ofAnotherPlace.has(kind);
    // A page instead of an answer, of an endpoint that has answered before: of a gateway that has lost it, or that blocks this text.
    if (isPage && past.answered > 0 && mayBeElsewhere && status !== 401) return status === 403 ? 'refused' : 'away';
    if (movedTo !== null && mayBeElsewhere) return 'moved';
    return kind;
  }

  /** Asks as often as something is learned from the refusal. */
  async function ask({ pictures, ...generation }: Asked): Promise<LlmReply> {
    // In no text of a user's.
    const standIns = pictures.map(({ mediaType, data }) => ({ mediaType, data: randomUUID(), base64: base64Of(data) }));
    const bytes = new Map(standIns.map(({ data, base64 }) => [data, base64]));
    for (let adaptations = 0; ; adaptations++) {
      const exchange: Exchange = {
        ...{ sent: {}, pictures: bytes, streamed: dialect.stream, inOtherForm: null, ended: false },
      };
      try {
        const reply = await wire.noting(exchange, () =>
          generate({
            ...{ ...generation, pictures: standIns, model: sdkModel, thinkingTokens },
            dialect: { structured: dialect.structured, stream: exchange.streamed },
            hasStreamEnded: () => exchange.ended,
          }),
        );
        return { ...reply, words: reply.words && withoutSecrets(reply.words, secrets) };
      } catch (error) {
        const said = listen(error, secrets);
        const { status, all } = said;
        const isOwn = own.has(kindOf(said, generation.request));
        const ofDialect = status !== null && ![401, 408, 429].includes(status) && !isOwn;
        if (!ofDialect || adaptations >= mostAdaptations || !dialect.learn(exchange.sent, all)) throw error;
      }
    }
  }

  /** What to do about a failure: a reply that stands for it, or an error. */
  function conclude(kind: Kind, said: Said, error: unknown): LlmReply {
    const http = `HTTP ${said.status}`;
    const words = said.sentence === '' ? '' : `; it says: ${said.sentence}`;
    const mistake = (text: string): DermflowError => userMistake(`${name} ${text}${words}`);
    switch (kind) {
      case 'away': {
        if (said.status === null) throw notReached(error, address, variable);
        const message = `${name} is overloaded or failing (${http}); the run goes on when it recovers${words}`;
        throw new DermflowError(failureTypes.unavailable, message, { retryAfterMs: retryAfterMs(said) });
      }
      case 'quota':
        throw needsPerson(
          `${name}: the account is empty or its limit reached (${http}); pay or raise it, then "dermflow resume"${words}`,
        );
      case 'key':
        throw mistake(`refused the key (${http}); set ${variable}API_KEY on the llm worker, then "dermflow resume"`);
      case 'setting':
        throw mistake(`has no model "${model}" (${http}); correct ${namedBy(variable)}, or ${variable}BASE_URL`);
      case 'moved':
        throw mistake(
          `is redirected to ${withoutMethod(said.movedTo ?? '')} (${http}); set ${variable}BASE_URL to the address that answers itself`,
        );
      case 'no images':
        throw mistake(
          `serves "${model}", which takes no images (${http}); name a model that does by ${namedBy(variable)}`,
        );
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
    const images = request.images ?? [];
    const pictures = await Promise.all(
      images.map(async (image) => ({ mediaType: image.mediaType, data: await loadImage(image) })),
    );
    for (let retries = 0; ; retries++) {
      const timeout = AbortSignal.timeout(timeoutMs);
      try {
        const reply = await ask({ request, pictures, signal: AbortSignal.any([signal, timeout]) });
        past.answered++;
        if (images.length > 0) past.answeredWithImages++;
        return reply;
      } catch (error) {
        signal.throwIfAborted();
        // Not asked again at once: the endpoint may still be working on it, and be paid for it.
        if (timeout.aborted) {
          throw unavailable(
            `${name} took longer than ${timeoutMs / 1_000} s for a reply; raise DERMFLOW_LLM_TIMEOUT or lower DERMFLOW_LLM_CONCURRENCY`,
          );
        }
        const said = listen(error, secrets);
        const kind = kindOf(said, request);
        const pauseMs = retryAfterMs(said) ?? Math.min(longestPauseMs, 500 * 2 ** retries);
        if (kind !== 'away' || retries >= maxRetries || pauseMs > longestPauseMs) return conclude(kind, said, error);
        await sleep(pauseMs, undefined, { signal }).catch(() => signal.throwIfAborted());
      }
    }
  }

  /** For batches. Not repeated where it fails: it may have arrived, and a batch would be bought twice. */
  async function send(path: string, init: RequestInit, signal: AbortSignal): Promise<Response> {
    const url = new URL(`${address.shown}${path}`);
    for (const [key, value] of address.query) url.searchParams.set(key, value);
    const headers = { ...keyHeaders(settings, address), ...Object.fromEntries(new Headers(init.headers)) };
    const timed = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
    try {
      const response = await patientFetch(url, { ...init, headers, signal: timed });
      if (response.ok) return response;
      throw new APICallError({
        ...{ message: response.statusText, url: url.href, requestBodyValues: {}, statusCode: response.status },
        ...{ responseHeaders: Object.fromEntries(response.headers), responseBody: await response.text() },
      });
    } catch (error) {
      signal.throwIfAborted();
      const said = listen(error, secrets);
      const known = said.status === 404 || said.status === 405 ? 'refused' : classOf(said.status, said.all);
      const kind: Kind = said.movedTo !== null && ofAnotherPlace.has(known) ? 'moved' : known;
      if (kind === 'refused' || kind === 'filtered' || kind === 'too long') {
        throw userMistake(
          `${name} takes no such batch (HTTP ${said.status}); set llm.batch to false in the recipe; it says: ${said.sentence}`,
        );
      }
      throw conclude(kind, said, error);
    }
  }
  const batches = createBatches(settings, address, dialect, {
    ...{ name, loadImage, send },
    clean: (text) => withoutSecrets(text, secrets),
  });

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
    ...(batches === null ? {} : { batches }),
    close: async () => {},
  };
}

/** Where a model may have been named. */
const namedBy = (variable: string): string =>
  `the recipe (llm.model, judge.model), the command (endpoint:MODEL, --judge) or ${variable}MODEL`;

const noImages = (): never => {
  throw new TypeError('this client was made for requests without images');
};
