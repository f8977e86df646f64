/**
 * How payloads look in Temporal's history: JSON, or what codecs of one's own make of it, e.g. by encryption. They are set
 * in one place, DERMFLOW_PAYLOAD_CODEC, for the workers and for whoever asks.
 */
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Client } from '@temporalio/client';
import type { DataConverter, Payload, PayloadCodec, ProtoFailure } from '@temporalio/common';
import {
  decodeArrayFromPayloads,
  decodeOptionalFailureToOptionalError,
} from '@temporalio/common/lib/internal-non-workflow/index.js';
import { z } from 'zod';
import { userMistake } from '../domain/failures.ts';

const isCodec = (value: unknown): value is PayloadCodec =>
  typeof value === 'object' &&
  value !== null &&
  ['encode', 'decode'].every((name) => typeof Reflect.get(value, name) === 'function');

const moduleSchema = z.object({ payloadCodecs: z.array(z.custom<PayloadCodec>(isCodec)).min(1) });

/** Puts the words of failures into payloads too, which codecs then change. Loaded by the SDK, in workflows as well. */
const failureConverterPath = fileURLToPath(new URL('../workflows/encoded-failures.ts', import.meta.url));

/**
 * @param file a module that exports `payloadCodecs`, an array of the SDK's `PayloadCodec`; null: payloads are JSON.
 *   Throws a user's mistake where it cannot be used.
 */
export async function loadDataConverter(file: string | null): Promise<DataConverter> {
  if (file === null) return {};
  const loaded: unknown = await import(pathToFileURL(file).href).catch((error: unknown) => {
    const [words] = String(error instanceof Error ? error.message : error).split('\n', 1);
    throw userMistake(
      `DERMFLOW_PAYLOAD_CODEC: ${file} cannot be loaded (${words}); give a module below DERMFLOW_PLUGINS`,
      error,
    );
  });
  const parsed = moduleSchema.safeParse(loaded);
  if (parsed.success) return { payloadCodecs: parsed.data.payloadCodecs, failureConverterPath };
  throw userMistake(
    `DERMFLOW_PAYLOAD_CODEC: ${file} exports no codecs; give "export const payloadCodecs = [{ encode, decode }]"`,
  );
}

/** The value of a payload that the SDK hands out as it lies in the history; undefined for none. */
export async function decodePayload(client: Client, payload: Payload | null | undefined): Promise<unknown> {
  if (!payload) return undefined;
  const [value] = await decodeArrayFromPayloads(client.options.loadedDataConverter, [payload]);
  return value;
}

/** The words of a failure that the SDK hands out as it lies in the history; null for none. */
export async function decodeFailure(client: Client, failure: ProtoFailure | null | undefined): Promise<string | null> {
  const error = await decodeOptionalFailureToOptionalError(client.options.loadedDataConverter, failure);
  return error?.message ?? null;
}
