/** A store that gives and takes blobs as files alone, for tests of what is never held as one text. */
import type { ArtifactStore } from '../../activities/ports/artifact-store.ts';

const refuse = async (): Promise<never> => {
  throw new Error('the contents of a blob are held whole');
};

export const byFiles = (store: ArtifactStore): ArtifactStore => ({ ...store, getBlob: refuse, putBlob: refuse });
