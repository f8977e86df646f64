/** Two sequences whose rows belong together. */
import { corrupt } from '../domain/failures.ts';

/** The rows of both in their order; the second has a row for each of the first, of the same id. */
export async function* pairRows<A extends { id: string }, B extends { id: string }>(
  first: AsyncIterable<A> | Iterable<A>,
  second: AsyncIterable<B> | Iterable<B>,
): AsyncGenerator<[A, B]> {
  const others = (async function* () {
    yield* second;
  })();
  try {
    for await (const a of first) {
      const { value: b } = await others.next();
      if (!b || b.id !== a.id)
        throw corrupt(`what belongs together does not stand together: ${a.id} beside ${b ? b.id : 'nothing'}`);
      yield [a, b];
    }
    await others.next(); // its end may have something to say
  } finally {
    await others.return(undefined);
  }
}
