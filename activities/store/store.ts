/** The rules of an artifact store over any place that holds objects. */
import { createHash, hash } from 'node:crypto';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type ArtifactRef,
  type BlobRef,
  canonicalJson,
  digestOf,
  type Manifest,
  manifestSchema,
} from '../../domain/artifact.ts';
import { corrupt, DermflowError, failureTypes, unavailable } from '../../domain/failures.ts';
import { storeKeys } from '../../domain/names.ts';
import { namesIn } from '../../domain/retention.ts';
import { byteCounter, transferring } from '../motion.ts';
import type { ArtifactStore } from '../ports/artifact-store.ts';
import { withBuffer } from './buffers.ts';

/** What a place must be able to do. Keys stay within `[a-z0-9/._-]`. */
interface ObjectPlace {
  /** Size in bytes, null if absent. */
  size(key: string): Promise<number | null>;
  get(key: string): Promise<Uint8Array | null>;
  /** Streams an object to a file that appears only when its digest is verified. */
  download(key: string, path: string, blob: BlobRef): Promise<'done' | 'absent' | 'damaged'>;
  put(key: string, data: Uint8Array): Promise<void>;
  /** Streams a file whose digest and size `blob` states; `Corrupt` if it turns out to be another. */
  upload(key: string, path: string, blob: BlobRef): Promise<void>;
  /** False when an object of this key stands already. Atomic among writers. */
  putIfAbsent(key: string, data: Uint8Array): Promise<boolean>;
  /** Calls `onKey` with each key below a prefix, in no particular order, perhaps more than once. */
  list(prefix: string, onKey: (key: string) => void): Promise<void>;
  /** One that is absent is no error. */
  remove(key: string): Promise<void>;
}

/** Bytes that cost no more to send than a question about them. */
const smallBytes = 64 * 1024;

/** How often a commit looks for a manifest that the store says is there. */
const looks = 5;

export function createStore(place: ObjectPlace): ArtifactStore {
  /** Blobs that were found damaged or missing: they count as absent until somebody who has the right bytes stores them. */
  const damaged = new Set<string>();
  const damage = ({ sha256 }: BlobRef, what: string): Error => {
    damaged.add(sha256);
    return corrupt(`blob ${sha256} ${what}`);
  };

  const store: ArtifactStore = {
    async putBlob(data) {
      const bytes = typeof data === 'string' ? new TextEncoder().encode(data) : data;
      const ref = { sha256: hash('sha256', bytes), bytes: bytes.byteLength };
      await putBytes(ref, bytes);
      return ref;
    },
    async putFile(path, known) {
      const ref = known ?? { sha256: await digestOfFile(path), bytes: (await stat(path)).size };
      if (ref.bytes <= smallBytes) await withContents(path, ref, (data) => putBytes(ref, data));
      else if (!(await store.hasBlob(ref))) await place.upload(storeKeys.blob(ref.sha256), path, ref);
      damaged.delete(ref.sha256);
      return ref;
    },
    hasBlob: async (ref) => !damaged.has(ref.sha256) && (await place.size(storeKeys.blob(ref.sha256))) === ref.bytes,
    async getBlob(ref) {
      const data = await place.get(storeKeys.blob(ref.sha256));
      if (!data) throw damage(ref, 'is missing from the store');
      if (hash('sha256', data) !== ref.sha256) throw damage(ref, 'does not match its digest');
      return data;
    },
    async getFile(ref, path) {
      const state = await place.download(storeKeys.blob(ref.sha256), path, ref);
      if (state === 'absent') throw damage(ref, 'is missing from the store');
      if (state === 'damaged') throw damage(ref, 'does not match its digest');
    },
    async find(kind, key) {
      const data = await place.get(storeKeys.manifest(kind, key));
      return data && { kind, key, sha256: digestOf(data) };
    },
    async commit(manifest) {
      const text = canonicalJson(manifestSchema.parse({ schema: 1, ...manifest } satisfies Manifest));
      const { kind, key } = manifest;
      const [bytes, sha256] = [new TextEncoder().encode(text), digestOf(text)];
      await place.put(storeKeys.manifestByDigest(sha256), bytes); // first, so that every artifact can be traced
      await eachName(manifest, sha256, (name) => place.put(name, new Uint8Array()));
      for (let tries = 1; ; tries++) {
        if (await place.putIfAbsent(storeKeys.manifest(kind, key), bytes)) return { kind, key, sha256 };
        const standing = await place.get(storeKeys.manifest(kind, key));
        if (standing && isUsable(standing, { kind, key })) return { kind, key, sha256: digestOf(standing) };
        if (standing) break;
        // Just removed, or written by another and not shown yet: nobody's artifact is overwritten unseen.
        if (tries === looks) throw unavailable(`${kind} ${key} stands in the store, which does not show it`);
        await sleep(200 * tries);
      }
      // What is there is of no use to anybody any more, and this writer has done the work again.
      await place.put(storeKeys.manifest(kind, key), bytes);
      return { kind, key, sha256 };
    },
    async manifest(ref) {
      const data = await place.get(storeKeys.manifest(ref.kind, ref.key));
      if (!data) throw corrupt(`${ref.kind} ${ref.key} is missing from the store`);
      if (digestOf(data) !== ref.sha256)
        throw corrupt(`the manifest of ${ref.kind} ${ref.key} does not match its digest`);
      return parseManifest(data, ref);
    },
    async read(kind, key) {
      const data = await place.get(storeKeys.manifest(kind, key));
      if (!data) return null;
      const ref = { kind, key, sha256: digestOf(data) };
      return { ref, manifest: parseManifest(data, ref) };
    },
    async namedBy(sha256) {
      const prefix = storeKeys.names(sha256);
      return (await keysBelow(prefix)).map((name) => name.slice(prefix.length));
    },
    unname: ({ sha256 }, manifest) => eachName(manifest, sha256, place.remove),
    async manifestByDigest(sha256) {
      const data = await place.get(storeKeys.manifestByDigest(sha256));
      if (!data) return null;
      if (digestOf(data) !== sha256) throw corrupt(`the copy of manifest ${sha256} does not match its digest`);
      return manifestSchema.parse(JSON.parse(new TextDecoder().decode(data)));
    },
    async keys(kind, prefix) {
      const start = storeKeys.manifests(kind, '');
      const names = await keysBelow(storeKeys.manifests(kind, prefix));
      return names.map((name) => name.slice(start.length).replace(/\.json$/, ''));
    },
    remove: ({ kind, key }) => place.remove(storeKeys.manifest(kind, key)),
    removeBlob: ({ sha256 }) => place.remove(storeKeys.blob(sha256)),
    getObject: (key) => place.get(key),
    putObjectIfAbsent: (key, data) =>
      place.putIfAbsent(key, typeof data === 'string' ? new TextEncoder().encode(data) : data),
    objectKeys: (prefix) => keysBelow(prefix),
    eachObjectKey: (prefix, onKey) => place.list(prefix, onKey),
  };

  const keysBelow = async (prefix: string): Promise<string[]> => {
    const keys = new Set<string>();
    await place.list(prefix, (key) => keys.add(key));
    return [...keys];
  };

  /** What is small is sent without asking first whether it is there: one request instead of two. */
  const putBytes = async (ref: BlobRef, bytes: Uint8Array): Promise<void> => {
    const key = storeKeys.blob(ref.sha256);
    const made = ref.bytes <= smallBytes && !damaged.has(ref.sha256) && (await place.putIfAbsent(key, bytes));
    if (!made && !(await store.hasBlob(ref))) await place.put(key, bytes);
    damaged.delete(ref.sha256);
  };

  /** Whether it can be read and names no blob that was found damaged and not stored again. */
  const isUsable = (data: Uint8Array, at: Pick<ArtifactRef, 'kind' | 'key'>): boolean => {
    try {
      const { files } = parseManifest(data, at);
      return Object.values(files).every(({ sha256 }) => !damaged.has(sha256));
    } catch (error) {
      if (error instanceof DermflowError && error.type === failureTypes.corrupt) return false;
      throw error;
    }
  };
  return store;
}

/** Works on the object of each name that the manifest of digest `by` has. */
const eachName = async (
  manifest: Pick<Manifest, 'inputs' | 'files'>,
  by: string,
  work: (key: string) => Promise<void>,
): Promise<void> => void (await Promise.all([...namesIn(manifest)].map((name) => work(storeKeys.name(name, by)))));

function parseManifest(data: Uint8Array, { kind, key }: Pick<ArtifactRef, 'kind' | 'key'>): Manifest {
  try {
    return manifestSchema.parse(JSON.parse(new TextDecoder().decode(data)));
  } catch (error) {
    throw corrupt(`the manifest of ${kind} ${key} is damaged`, error);
  }
}

/** Runs `work` with the contents of the file of `blob`; `Corrupt` if it is another by now. */
export const withContents = <T>(
  path: string,
  { sha256, bytes }: BlobRef,
  work: (data: Buffer) => Promise<T>,
): Promise<T> =>
  withBuffer(bytes + 1, async (buffer) => {
    const file = await open(path);
    try {
      let have = 0;
      for (let more = -1; more !== 0 && have <= bytes; have += more)
        more = (await file.read(buffer, have, buffer.byteLength - have, have)).bytesRead;
      const data = buffer.subarray(0, have);
      if (have !== bytes || hash('sha256', data) !== sha256)
        throw corrupt(`file of blob ${sha256} changed while it was uploaded`);
      return await work(data);
    } finally {
      await file.close();
    }
  });

/** Large pieces take a third of the time that Node's default of 64 KiB takes. */
const pieceBytes = 1024 * 1024;

/** SHA-256 of a file, in hex. */
export async function digestOfFile(path: string): Promise<string> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    return await transferring('reading', basename(path), size, () => digestOfContents(file));
  } finally {
    await file.close();
  }
}

/** Uses the two halves of one buffer in turn. */
const digestOfContents = (file: FileHandle): Promise<string> =>
  withBuffer(2 * pieceBytes, async (buffer) => {
    const digest = createHash('sha256');
    const count = byteCounter();
    let [filling, spare] = [buffer.subarray(0, pieceBytes), buffer.subarray(pieceBytes)];
    let reading = file.read(filling, 0, pieceBytes);
    for (;;) {
      const { bytesRead } = await reading;
      if (bytesRead === 0) return digest.digest('hex');
      [filling, spare] = [spare, filling];
      reading = file.read(filling, 0, pieceBytes); // while the one before is hashed
      digest.update(spare.subarray(0, bytesRead));
      count(bytesRead);
    }
  });
