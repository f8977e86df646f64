/** The `fetch` below the AI SDK: the body in the endpoint's dialect, the query of its address, time for slow answers. */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Address } from './address.ts';
import type { Dialect } from './learned-dialect.ts';
import { isStream, patientFetch, plainHeaders } from './transport.ts';

/** One call of the SDK: what was sent last, so that it is known when it is refused, and what came. */
export interface Exchange {
  sent: Record<string, unknown>;
  /**
   * Pictures in base64, as bytes, by what stands for them until the body is sent: the SDK and the dialect would otherwise
   * write and read hundreds of kilobytes four times, and each request would be a text of that size.
   */
  pictures: ReadonlyMap<string, Uint8Array>;
  /** Whether the SDK reads a stream. */
  streamed: boolean;
  /** An answer of the other form, which was paid for: it is given to the next call in this exchange, which reads that. */
  inOtherForm: Response | null;
  /** Whether a stream said that it was at its end, by `[DONE]`. */
  ended: boolean;
}

/** An endpoint streamed what was to come at once, or sent at once what was to be streamed. */
class OtherForm extends Error {}

interface Wire {
  fetch: typeof fetch;
  /**
   * Runs a call of the SDK, whose model is shared by all calls, and notes in `exchange` what it sends. Runs it once more
   * where the answer is of the other form, without asking again.
   */
  noting<T>(exchange: Exchange, call: () => Promise<T>): Promise<T>;
}

export function createWire({ query, headers }: Address, dialect: Dialect): Wire {
  const exchanges = new AsyncLocalStorage<Exchange>();
  return {
    noting: (exchange, call) =>
      exchanges.run(exchange, () =>
        call().catch((error: unknown) => {
          if (!(error instanceof OtherForm)) throw error;
          exchange.streamed = !exchange.streamed;
          return call();
        }),
      ),
    fetch: async (input, init) => {
      const exchange = exchanges.getStore();
      const held = exchange?.inOtherForm;
      if (exchange && held) {
        exchange.inOtherForm = null;
        return notingItsEnd(held, exchange);
      }
      const url = new URL(input instanceof Request ? input.url : input);
      for (const [name, value] of query) if (!url.searchParams.has(name)) url.searchParams.set(name, value);
      const sent = typeof init?.body === 'string' ? dialect.adapt(JSON.parse(init.body)) : {};
      if (exchange) exchange.sent = sent;
      // Credentials of the address take the place of the key.
      const merged = { ...plainHeaders(init?.headers), ...headers };
      const body = withPictures(JSON.stringify(sent), exchange?.pictures ?? new Map());
      const response = await patientFetch(url, { ...init, headers: merged, body });
      if (!exchange || !response.ok) return response;
      if (isStream(response) === exchange.streamed) return notingItsEnd(response, exchange);
      exchange.inOtherForm = response;
      throw new OtherForm();
    },
  };
}

/** The SDK passes over the mark of the end, by which a whole stream without a finish reason differs from one that was cut. */
function notingItsEnd(response: Response, exchange: Exchange): Response {
  if (!response.body || !isStream(response)) return response;
  const decoder = new TextDecoder();
  let tail = '';
  const noting = new TransformStream<Uint8Array, Uint8Array>({
    transform(piece, controller) {
      tail = (tail + decoder.decode(piece, { stream: true })).slice(-64);
      controller.enqueue(piece);
    },
    flush() {
      exchange.ended = /^data: ?\[DONE\]\s*$/m.test(tail);
    },
  });
  return new Response(response.body.pipeThrough(noting), response);
}

/** Base64 has no character that JSON escapes. */
function withPictures(body: string, pictures: ReadonlyMap<string, Uint8Array>): string | Uint8Array<ArrayBuffer> {
  const shown = [...pictures].map(([standIn, data]) => ({ standIn, data, at: body.indexOf(standIn) }));
  const pieces: Uint8Array[] = [];
  let from = 0;
  for (const { standIn, data, at } of shown.filter((each) => each.at >= 0).toSorted((a, b) => a.at - b.at)) {
    pieces.push(Buffer.from(body.slice(from, at)), data);
    from = at + standIn.length;
  }
  return pieces.length === 0 ? body : Buffer.concat([...pieces, Buffer.from(body.slice(from))]);
}
