/**
 * Content-addressed artifacts. Bytes live as blobs under their SHA-256; a manifest names the files of one artifact,
 * what it was made from and how. The manifest is written last and only if absent, so its existence means complete.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import canonicalize from 'canonicalize';
import { z } from 'zod';

export const sha256Schema = z.string().regex(/^[0-9a-f]{64}$/, 'expected a lower-case SHA-256 in hex');

/** One stored object: its digest and its size in bytes. */
export const blobRefSchema = z.object({ sha256: sha256Schema, bytes: z.number().int().nonnegative() });
export type BlobRef = z.infer<typeof blobRefSchema>;

/** The names of their files stand in artifact-files.ts. */
export const artifactKinds = [
  'dataset', // cases (their images are blobs that they name), or the items of a user's own benchmark
  'questions', // of training, validation and test cases
  'trajectories', // rows to train on, those that were of no use, and counts
  'concepts', // the same of explained concepts, and the explanations
  'judgements', // narratives that physicians scored, as rows to train on
  'descriptions', // what a model sees in pictures without their labels
  'narratives', // descriptions and rationales in the standard form, and those that were of no use
  'scores', // of narratives, by the six dimensions
  'certified', // narratives that physicians reviewed, and their reviews
  'dermcot', // narratives that are trained on
  'model', // a base model in Hugging Face layout
  'checkpoint', // a full trainer state: adapter, optimizer, scheduler, RNG
  'adapter', // PEFT layout, with a model card
  'metrics', // a training stretch's log: metrics, samples and usage
  'onnx', // vision/text graphs and tokenizer of one checkpoint
  'evaluation', // answered test questions and their summary
  'benchmark', // the same of any model on a benchmark, with what was asked
  'report', // of a run: the page and its numbers
  'run', // the record of a run
  'night', // of a nightly evaluation: its record, the anchors, the trend's page
] as const;
export type ArtifactKind = (typeof artifactKinds)[number];

/**
 * A reference small enough for a workflow payload.
 * `key` identifies the work (digest of its inputs), `sha256` the manifest's bytes.
 */
export const artifactRefSchema = z.object({
  kind: z.enum(artifactKinds),
  key: z.string().regex(/^[a-z0-9/._-]+$/),
  sha256: sha256Schema,
});
export type ArtifactRef = z.infer<typeof artifactRefSchema>;

export const manifestSchema = z.object({
  schema: z.literal(1),
  kind: z.enum(artifactKinds),
  key: z.string(),
  /** The procedure and its version, e.g. `sft/1`; a change of method changes the key. */
  method: z.string(),
  inputs: z.record(z.string(), sha256Schema),
  params: z.json(),
  files: z.record(z.string(), blobRefSchema),
  /** A small summary that may be shown without fetching files. */
  facts: z.json(),
});
export type Manifest = z.infer<typeof manifestSchema>;

export type Json = z.infer<ReturnType<typeof z.json>>;

/** RFC 8785 canonical JSON: the same value gives the same bytes anywhere. */
export function canonicalJson(value: unknown): string {
  const text = canonicalize(value);
  if (text === undefined) throw new TypeError('value has no JSON form');
  return text;
}

/** How deep a value is taken apart: lists in a list or in a record, e.g. the items of `own-items.json`. */
const levelsApart = 2;

/** The text of `canonicalJson` in pieces. What grows with the data are lists and records of rows: a row is one piece. */
export function* canonicalPieces(value: unknown, levels = levelsApart): Generator<string> {
  if (levels === 0 || typeof value !== 'object' || value === null || 'toJSON' in value) {
    yield canonicalJson(value);
  } else if (Array.isArray(value)) {
    yield '[';
    for (const [i, own] of value.entries()) {
      if (i > 0) yield ',';
      yield* canonicalPieces(own ?? null, Array.isArray(own) ? levels - 1 : 0);
    }
    yield ']';
  } else {
    yield '{';
    const given = Object.entries(value).filter(([, own]) => own !== undefined);
    for (const [i, [name, own]] of given.toSorted(([a], [b]) => (a < b ? -1 : 1)).entries()) {
      yield `${i > 0 ? ',' : ''}${canonicalJson(name)}:`;
      yield* canonicalPieces(own, levels - 1);
    }
    yield '}';
  }
}

/** SHA-256, in hex, of a string's UTF-8 bytes or of bytes. */
export const digestOf = (data: string | Uint8Array): string =>
  bytesToHex(sha256(typeof data === 'string' ? utf8ToBytes(data) : data));

/** That of `canonicalJson`, for values that grow with the data: their text is never held whole. */
export function digestOfJson(value: unknown): string {
  const digest = sha256.create();
  for (const piece of canonicalPieces(value)) digest.update(utf8ToBytes(piece));
  return bytesToHex(digest.digest());
}

/** That of `digestOfJson` of a list, whose rows come one at a time. */
export async function digestOfRows(rows: AsyncIterable<unknown> | Iterable<unknown>): Promise<string> {
  const digest = sha256.create().update(utf8ToBytes('['));
  let isFirst = true;
  for await (const row of rows) {
    digest.update(utf8ToBytes(`${isFirst ? '' : ','}${canonicalJson(row ?? null)}`));
    isFirst = false;
  }
  return bytesToHex(digest.update(utf8ToBytes(']')).digest());
}

/**
 * The key of a piece of work: the digest of method, inputs and parameters. Equal work has an equal key in every run,
 * so it is done once.
 */
export function workKey(work: { method: string; inputs: Record<string, string>; params: unknown }): string {
  return digestOf(canonicalJson(work));
}
