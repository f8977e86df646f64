/**
 * Objects that are named by the digest of their own bytes, below a prefix that says whose they are. Writers need not know
 * of one another and none overwrites another; whether an object is damaged is known from its name.
 */
import { hash } from 'node:crypto';
import type { ArtifactStore } from '../ports/artifact-store.ts';

/**
 * Stores an object. What stands under its name already is the same, by a try whose answer was lost, unless it is damaged:
 * then it is written under another name.
 *
 * @param bytesOf `again`: 0, and one more for each damaged object; other bytes for each
 * @param keyOf ends with the digest and an extension
 */
export async function putDigestNamed(
  store: Pick<ArtifactStore, 'getObject' | 'putObjectIfAbsent'>,
  bytesOf: (again: number) => Uint8Array | string,
  keyOf: (digest: string) => string,
): Promise<void> {
  for (let again = 0; ; again++) {
    const bytes = bytesOf(again);
    const key = keyOf(hash('sha256', bytes));
    if (await store.putObjectIfAbsent(key, bytes)) return;
    const standing = await store.getObject(key);
    if (standing && isAsNamed(key, standing)) return;
  }
}

/** Whether these are the bytes whose digest is the object's name. */
export const isAsNamed = (key: string, bytes: Uint8Array): boolean =>
  key.replace(/\.\w+$/, '').endsWith(`/${hash('sha256', bytes)}`);
