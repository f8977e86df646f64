/** Tests of two models on the same items, where each item is right or wrong: of independent items, and by whole groups. */

/**
 * McNemar's exact test: two-sided binomial p of the discordant pairs under equal odds, at most 1.
 *
 * @param b pairs that only the first got right
 * @param c pairs that only the second got right
 */
export const mcnemarExact = (b: number, c: number): number => Math.min(1, 2 * tailOf(b, c));

/** P(X <= k) of k = min(b, c) successes in b + c trials of even odds. */
function tailOf(b: number, c: number): number {
  const n = b + c;
  // In logarithms: 0.5 ** n vanishes beyond n = 1,074.
  let logTerm = -n * Math.LN2;
  let tail = 0;
  for (let k = 0; k <= Math.min(b, c); k += 1) {
    tail += Math.exp(logTerm);
    logTerm += Math.log(n - k) - Math.log(k + 1);
  }
  return tail;
}

interface GroupTest {
  /** Two-sided, exact. */
  p: number;
  /** Less conservative (Fagerland, Lydersen and Laake 2013): of the observed outcome itself half the probability counts. */
  midP: number;
  /** The least p that so many groups with a difference can give, 2 / 2^n: above 0.05 with fewer than six. */
  least: number;
}

/**
 * Exact test by whole groups: if the two models were the same, each group's difference would have had the other sign with
 * even odds. The distribution of the sum over all 2^n signs is computed, not sampled. With one item per group it is
 * McNemar's exact test.
 *
 * @param differences of each group: items that only the second got right less those that only the first did
 */
export function groupSignTest(differences: readonly number[]): GroupTest {
  if (!differences.every(Number.isInteger)) throw new RangeError('differences of groups are counts of items');
  const sizes = differences.filter((difference) => difference !== 0).map(Math.abs);
  const most = sizes.reduce((sum, size) => sum + size, 0);
  const sum = Math.abs(differences.reduce((total, difference) => total + difference, 0));
  // chances[s]: that the groups with the positive sign add up to s; the sum of all is then 2 s - most.
  const chances = new Float64Array(most + 1);
  chances[0] = 1;
  let reached = 0;
  for (const size of sizes) {
    reached += size;
    for (let at = reached; at >= 0; at -= 1) {
      chances[at] = 0.5 * (chances[at] ?? 0) + (at < size ? 0 : 0.5 * (chances[at - size] ?? 0));
    }
  }
  const least = sizes.length === 0 ? 1 : Math.min(1, 2 * 0.5 ** sizes.length);
  const observed = (most + sum) / 2;
  const point = chances[observed] ?? 0;
  if (sum === 0) return { p: 1, midP: most === 0 ? 1 : 1 - point / 2, least };
  const beyond = chances.subarray(observed).reduce((total, chance) => total + chance, 0);
  return { p: Math.min(1, 2 * beyond), midP: Math.min(1, 2 * beyond - point), least };
}

/**
 * Holm's correction (1979) for several tests: a p below the level after it holds at that level for all together. In the
 * order that was given.
 */
export function holm(ps: readonly number[]): number[] {
  const order = ps.map((p, i) => ({ p, i })).toSorted((a, b) => a.p - b.p);
  const corrected = new Array<number>(ps.length).fill(1);
  let highest = 0;
  for (const [rank, { p, i }] of order.entries()) {
    highest = Math.max(highest, Math.min(1, (ps.length - rank) * p));
    corrected[i] = highest;
  }
  return corrected;
}
