/**
 * Finds the pictures of many that show the same as another, whole or in part, without comparing it with each: coarse
 * views of 8 x 8 cells are found by hashes (hash-lists.ts), the most alike are aligned (alignment.ts). The index lies in a
 * storage, which may be on disk. A search reads what has a hash in common with the pictures that are asked for, so its cost
 * does not grow with the index except for views that are alike by chance.
 */
import { likeness, sure, type Window } from './alignment.ts';
import { createMostAlike, type MostAlike } from './most-alike.ts';
import { hashSide, levelsOf, orientations, turn } from './perceptual-hash.ts';
import { type ComparisonCount, createHashLists, type HashLists, type ListStorage } from './views/hash-lists.ts';
import { createProbes, type Probe, type Probes } from './views/probes.ts';
import { viewOf } from './views/view.ts';
import { createViewHasher, leastCosine, viewLength } from './views/view-hash.ts';

/** Two pictures of at least this likeness are near-duplicates; docs/data-sets.md has what it finds and mistakes. */
export const nearDuplicateLikeness = 0.65;

export interface Near {
  /** In the hashes that were indexed. */
  position: number;
  /** From the threshold to 1. */
  likeness: number;
}

/** Views of whole pictures, and of the windows that crops and borders leave of each: a list of hashes for either. */
export const listNames = ['wholes', 'windows'] as const;
export type ListName = (typeof listNames)[number];

/** Where the index lies. */
export interface IndexStorage {
  lists: Readonly<Record<ListName, ListStorage>>;
  /** An indexed hash. */
  hashAt(position: number): string;
  /** Waits until timers and heartbeats had their turn: a search takes milliseconds of the processor. */
  turn(): Promise<void>;
}

export interface NearDuplicateIndex {
  /** Of each hash the most alike of the indexed ones, if it is a near-duplicate; not asked again before it has answered. */
  nearest(hashes: readonly string[]): Promise<(Near | null)[]>;
  /** What was compared so far, of each list. */
  compared(): Record<ListName, ComparisonCount>;
}

const whole: Window = { left: 0, top: 0, right: 0, bottom: 0 };
const inset = (left: number, top: number, right: number, bottom: number): Window => ({ left, top, right, bottom });
/** Where alignment starts: what crops and borders leave, in the middle, in a corner, and of 4 : 3 a square. */
export const partWindows: readonly Window[] = [
  ...[0.05, 0.1].map((cut) => inset(cut, cut, cut, cut)),
  inset(0.125, 0, 0.125, 0),
  inset(0, 0.125, 0, 0.125),
  ...[inset(0.07, 0.07, 0, 0), inset(0, 0.07, 0.07, 0), inset(0.07, 0, 0, 0.07), inset(0, 0, 0.07, 0.07)],
];
const windowsOn: Record<ListName, readonly Window[]> = { wholes: [whole], windows: partWindows };
/** Windows of the asked picture that are looked for in each list, by their number; -1 is the whole. */
const askedOn: Record<ListName, readonly number[]> = { wholes: [-1, ...partWindows.keys()], windows: [-1] };

/** How many of the coarse views most alike to a picture are aligned with it. */
export const aligned = 12;
/** Pictures whose views are looked up together. */
const askedAtOnce = 256;

/** Indexes the perceptual hashes of `count` pictures; time grows with their number. A picture of one colour is like none. */
export async function indexHashes(
  hashes: AsyncIterable<string> | readonly string[],
  count: number,
  storage: IndexStorage,
): Promise<NearDuplicateIndex> {
  const hashers = {
    wholes: createViewHasher(count),
    windows: createViewHasher(count * partWindows.length),
  };
  const listsOf = async (name: ListName): Promise<HashLists> => {
    const lists = createHashLists(hashers[name], storage.lists[name]);
    const view = new Float32Array(viewLength);
    for await (const hash of hashes) {
      const levels = levelsOf(hash, other);
      for (const window of windowsOn[name]) lists.add(viewOf(levels, window, view));
    }
    await lists.seal(storage.turn);
    return lists;
  };
  const lists = { wholes: await listsOf('wholes'), windows: await listsOf('windows') };

  const probesOf = (name: ListName): Probes =>
    createProbes(hashers[name], askedAtOnce * orientations * askedOn[name].length);
  const probesOn = { wholes: probesOf('wholes'), windows: probesOf('windows') };

  /** Memory of the grids that are asked for, in each orientation. */
  const grids = Array.from({ length: askedAtOnce }, () =>
    Array.from({ length: orientations }, () => new Float32Array(hashSide ** 2)),
  );
  const view = new Float32Array(viewLength);
  const nearestOfSome = async (asked: readonly string[]): Promise<(Near | null)[]> => {
    const candidates = asked.map(() => createMostAlike(aligned));
    const turned = asked.map((hash, test) => turnedLevels(hash, grids[test] ?? []));
    for (const name of listNames) {
      const probes = probesOn[name];
      probes.clear();
      for (const [test, turns] of turned.entries()) {
        await storage.turn();
        for (const [orientation, levels] of turns.entries())
          for (const part of askedOn[name])
            probes.add(viewOf(levels, partWindows[part] ?? whole, view), { test, orientation, part });
      }
      const least = (number: number): number =>
        Math.max(leastCosine, candidates[probes.testOf(number)]?.least() ?? leastCosine);
      await lists[name].search(probes, least, storage.turn, (probe, entry, cosine, tried) =>
        candidates[probe.test]?.offer(candidateOf(name, probe, entry, cosine, tried)),
      );
    }
    const found: (Near | null)[] = [];
    for (const [test, own] of candidates.entries()) {
      await storage.turn();
      found.push(bestAligned(own, turned[test] ?? [], storage));
    }
    return found;
  };
  return {
    nearest: async (asked) => {
      const found: (Near | null)[] = [];
      for (let from = 0; from < asked.length; from += askedAtOnce)
        found.push(...(await nearestOfSome(asked.slice(from, from + askedAtOnce))));
      return found;
    },
    compared: () => ({ wholes: { ...lists.wholes.compared }, windows: { ...lists.windows.compared } }),
  };
}

/** Of two equally alike ones that which is tried first: whole before windows, these by table and hash. */
function candidateOf(name: ListName, { orientation, part }: Probe, entry: number, cosine: number, tried: number) {
  const slots = windowsOn[name].length;
  const [position, slot] = [Math.floor(entry / slots), entry % slots];
  const reversed = part >= 0;
  const tie = reversed ? part : name === 'wholes' ? 0 : 1 + tried * slots + slot;
  const window = reversed ? part : name === 'wholes' ? -1 : slot;
  return { position, orientation, reversed, window, cosine, tie };
}

/** Writes the grid in every orientation into `grids`; none where it is of one colour. */
function turnedLevels(hash: string, grids: Float32Array[]): Float32Array[] {
  const levels = levelsOf(hash, other);
  for (const [orientation, grid] of grids.entries()) turn(levels, orientation, grid);
  return grids.some((each) => viewOf(each, whole) === null) ? [] : grids;
}

/** Memory of a grid that is read. */
const other = new Float32Array(hashSide ** 2);

function bestAligned(candidates: MostAlike, turned: readonly Float32Array[], storage: IndexStorage): Near | null {
  let best: Near | null = null;
  for (const { position, orientation, reversed, window } of candidates.list()) {
    const own = turned[orientation];
    if (!own) continue;
    levelsOf(storage.hashAt(position), other);
    const start = partWindows[window] ?? whole;
    const found = reversed ? likeness(own, other, start) : likeness(other, own, start);
    if (found >= (best?.likeness ?? nearDuplicateLikeness)) best = { position, likeness: found };
    if (found >= sure) break;
  }
  return best;
}
