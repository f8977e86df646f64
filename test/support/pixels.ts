import { createRandom } from '../../domain/random.ts';

/** Bytes of any value, the same for the same name. */
export function noise(name: string, length: number): Uint8Array {
  const random = createRandom(name);
  return Uint8Array.from({ length }, () => random.int(0, 255));
}
