/** Every reply is paid for once: it is stored under the digest of its request before it is used. */
import { z } from 'zod';
import { canonicalJson, digestOf } from '../../domain/artifact.ts';
import { corrupt } from '../../domain/failures.ts';
import { storeKeys } from '../../domain/names.ts';
import type { ArtifactStore } from '../ports/artifact-store.ts';
import type { LlmClient, LlmReply } from '../ports/llm-client.ts';

const entrySchema = z.object({
  /** Digest of the request, so that an entry under a wrong key is noticed. */
  request: z.string(),
  reply: z.object({ text: z.string(), inputTokens: z.number(), outputTokens: z.number() }),
});

/**
 * A client that asks the model only what it was never asked before: the same request to the same model is answered from
 * the store, in any run. Of two callers who ask at the same time both get the reply that was stored first.
 */
export function withLedger(client: LlmClient, store: ArtifactStore): LlmClient {
  return {
    model: client.model,
    async complete(request, signal): Promise<LlmReply> {
      const digest = digestOf(canonicalJson({ model: client.model, request }));
      const known = await readEntry(store, digest);
      if (known) return known;
      const reply = await client.complete(request, signal);
      const stored = await store.putObjectIfAbsent(
        storeKeys.llmResponse(digest),
        canonicalJson({ request: digest, reply }),
      );
      return stored ? reply : ((await readEntry(store, digest)) ?? reply);
    },
    close: () => client.close(),
  };
}

async function readEntry(store: ArtifactStore, digest: string): Promise<LlmReply | null> {
  const key = storeKeys.llmResponse(digest);
  const bytes = await store.getObject(key);
  if (bytes === null) return null;
  const entry = entrySchema.safeParse(parseJson(new TextDecoder().decode(bytes)));
  if (entry.data?.request === digest) return entry.data.reply;
  throw corrupt(`${key}: the stored LLM reply is damaged; delete this object and resume the run`);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
