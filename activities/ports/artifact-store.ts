/**
 * Where artifacts live: any S3, or memory in tests. Every read is verified against its digest before it is returned;
 * a mismatch throws `Corrupt`. An unreachable server throws `Unavailable`; what else it refuses: store/refusals.ts.
 */
import type { ArtifactKind, ArtifactRef, BlobRef, Manifest } from '../../domain/artifact.ts';

export interface ArtifactStore {
  putBlob(data: Uint8Array | string): Promise<BlobRef>;
  /**
   * Streams a file; multipart above the part size, continued after a crash instead of started over.
   *
   * @param known the file's digest and size; read from the file where absent
   */
  putFile(path: string, known?: BlobRef): Promise<BlobRef>;
  hasBlob(ref: BlobRef): Promise<boolean>;
  getBlob(ref: BlobRef): Promise<Uint8Array>;
  /** Streams a blob to `path`; the name appears only once all bytes were verified. */
  getFile(ref: BlobRef, path: string): Promise<void>;

  /** The artifact of this work if it is complete, else null. */
  find(kind: ArtifactKind, key: string): Promise<ArtifactRef | null>;
  /**
   * Writes the manifest if absent and returns the reference of the one that stands: of two workers that did the same
   * work, both get the first one's artifact.
   */
  commit(manifest: Omit<Manifest, 'schema'>): Promise<ArtifactRef>;
  manifest(ref: ArtifactRef): Promise<Manifest>;
  /** The complete artifact of a key with its manifest, read once; null where there is none. A damaged one is `Corrupt`. */
  read(kind: ArtifactKind, key: string): Promise<{ ref: ArtifactRef; manifest: Manifest } | null>;
  /** The manifest whose digest this is, null where the digest is of something else. */
  manifestByDigest(sha256: string): Promise<Manifest | null>;
  /** Keys of the manifests of a kind below a key prefix, in no particular order. */
  keys(kind: ArtifactKind, prefix: string): Promise<string[]>;

  /**
   * Digests of the manifests that name this digest as an input or as a large file. Each name is written down before its
   * manifest, so that none is missed; one whose manifest did not come about may stand among them.
   */
  namedBy(sha256: string): Promise<string[]>;
  /** Forgets what a removed manifest names. */
  unname(ref: ArtifactRef, manifest: Manifest): Promise<void>;

  /** Removes a manifest, and with it the artifact; its blobs and names stay. One that is absent is no error. */
  remove(ref: ArtifactRef): Promise<void>;
  /** Removes bytes. The caller knows that no manifest names them. */
  removeBlob(ref: BlobRef): Promise<void>;

  /** A plain object outside the artifacts (the ledger of LLM responses); null if absent. */
  getObject(key: string): Promise<Uint8Array | null>;
  /** Writes it only if absent; false when another writer was first. */
  putObjectIfAbsent(key: string, data: Uint8Array | string): Promise<boolean>;
  /** Keys of the plain objects below a prefix, in no particular order. */
  objectKeys(prefix: string): Promise<string[]>;
  /** Calls `onKey` with each as it comes, perhaps more than once: where there may be more than memory holds. */
  eachObjectKey(prefix: string, onKey: (key: string) => void): Promise<void>;
}
