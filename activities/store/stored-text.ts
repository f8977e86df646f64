import type { ArtifactStore } from '../ports/artifact-store.ts';

/** Text of an object that is no artifact; null where it is absent. */
export async function readStoredText(store: Pick<ArtifactStore, 'getObject'>, key: string): Promise<string | null> {
  const bytes = await store.getObject(key);
  return bytes === null ? null : new TextDecoder().decode(bytes);
}
