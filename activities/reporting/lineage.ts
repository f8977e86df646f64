/** What artifacts were made from, found by walking their manifests. */
import type { Manifest } from '../../domain/artifact.ts';
import type { LineageEntry } from '../../domain/report/parts.ts';
import type { ArtifactStore } from '../ports/artifact-store.ts';

/** The artifacts with these digests and all that they were made from, each once and after its own inputs. */
export async function traceLineage(store: ArtifactStore, digests: readonly string[]): Promise<LineageEntry[]> {
  const entries = new Map<string, LineageEntry>();

  /** Whether the digest is an artifact's; digests of other things (knowledge files, a base model) end the walk. */
  const visit = async (sha256: string): Promise<boolean> => {
    if (entries.has(sha256)) return true;
    const manifest = await store.manifestByDigest(sha256);
    if (!manifest) return false;
    const inputs: LineageEntry['inputs'] = [];
    for (const [name, input] of Object.entries(manifest.inputs)) {
      inputs.push({ name, sha256: input, artifact: await visit(input) });
    }
    entries.set(sha256, entryOf(manifest, sha256, inputs));
    return true;
  };

  for (const digest of digests) await visit(digest);
  return [...entries.values()];
}

function entryOf({ kind, key, method, files }: Manifest, sha256: string, inputs: LineageEntry['inputs']): LineageEntry {
  const blobs = Object.values(files);
  return { kind, key, sha256, method, inputs, files: blobs.length, bytes: blobs.reduce((sum, b) => sum + b.bytes, 0) };
}
