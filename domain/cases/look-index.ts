/**
 * Finds the pictures of many that show the same as another, whole or in part, without comparing it with each: coarse
 * views of 8 x 8 cells are found by hashes, the most alike are aligned (alignment.ts). The index lies on a shelf, which
 * may be a disk, and is read from its start to its end for a few hundred pictures at a time, so that memory does not
 * grow with it.
 */
import { likeness, sure, type Window } from './alignment.ts';
import { levelsOf, orientations, turn } from './look.ts';
import { createMostAlike, type MostAlike } from './most-alike.ts';
import { createProbes, type Probes } from './probes.ts';
import { viewOf } from './view.ts';
import {
  createViewHasher,
  hashesTried,
  hashTables,
  leastCosine,
  mostOfOneHash,
  stepsOfByte,
  type View,
  type ViewHasher,
  viewLength,
} from './view-hash.ts';

/** Two pictures of at least this likeness are near-duplicates; docs/data-sets.md has what it finds and mistakes. */
export const nearDuplicateLikeness = 0.65;

export interface Near {
  /** In the looks that were indexed. */
  position: number;
  /** From the threshold to 1. */
  likeness: number;
}

/** Views of whole pictures, and of the windows that crops and borders leave of each. */
export const shelves = ['wholes', 'windows'] as const;
export type ShelfName = (typeof shelves)[number];

/** Bytes of a record: its hash in each table as an Int32, -1 where it is not to be found by it, then its view. */
export const recordBytes = 4 * hashTables + viewLength;

/** Where records lie. */
export interface LookShelf {
  append(shelf: ShelfName, record: Uint8Array): void;
  /** All records of a shelf in their order, in pieces of whole records that begin at a multiple of four bytes. */
  pieces(shelf: ShelfName): AsyncIterable<Uint8Array>;
  /** An indexed look. */
  lookAt(position: number): string;
  /** Waits until timers and heartbeats had their turn: a search takes milliseconds of the processor. */
  turn(): Promise<void>;
}

export interface LookIndex {
  /** Of each look the most alike of the indexed ones, if it is a near-duplicate. A few hundred at a time. */
  nearest(looks: readonly string[]): Promise<(Near | null)[]>;
}

const whole: Window = { left: 0, top: 0, right: 0, bottom: 0 };
const inset = (left: number, top: number, right: number, bottom: number): Window => ({ left, top, right, bottom });
/** Where alignment starts: what crops and borders leave, in the middle, in a corner, and of 4 : 3 a square. */
const parts: readonly Window[] = [
  ...[0.05, 0.1].map((cut) => inset(cut, cut, cut, cut)),
  inset(0.125, 0, 0.125, 0),
  inset(0, 0.125, 0, 0.125),
  ...[inset(0.07, 0.07, 0, 0), inset(0, 0.07, 0.07, 0), inset(0.07, 0, 0, 0.07), inset(0, 0, 0.07, 0.07)],
];
const windowsOn: Record<ShelfName, readonly Window[]> = { wholes: [whole], windows: parts };

/** How many of the coarse views most alike to a picture are aligned with it. */
const aligned = 12;

/** Indexes `count` looks; time grows with their number, a search far less. A picture of one colour is like none. */
export async function indexLooks(
  looks: AsyncIterable<string> | readonly string[],
  count: number,
  shelf: LookShelf,
): Promise<LookIndex> {
  const hashers = {
    wholes: createViewHasher(count),
    windows: createViewHasher(count * parts.length),
  };
  const view = new Float32Array(viewLength);
  for (const name of shelves) {
    const record = createRecorder(hashers[name]);
    for await (const look of looks) {
      const levels = levelsOf(look);
      for (const window of windowsOn[name]) shelf.append(name, record(viewOf(levels, window, view)));
    }
  }
  return {
    nearest: async (asked) => {
      if (asked.length === 0) return [];
      const candidates = asked.map(() => createMostAlike(aligned));
      const turned = asked.map(turnedLevels);
      for (const name of shelves) {
        const probes = createProbes(hashers[name]);
        for (const [test, turns] of turned.entries()) {
          await shelf.turn();
          for (const [orientation, levels] of turns.entries()) {
            probes.add(viewOf(levels, whole), { test, orientation, part: -1 });
            if (name === 'windows') continue;
            for (const [part, window] of parts.entries())
              probes.add(viewOf(levels, window), { test, orientation, part });
          }
        }
        await scan(name, shelf, probes, candidates);
      }
      const found: (Near | null)[] = [];
      for (const [test, own] of candidates.entries()) {
        await shelf.turn();
        found.push(bestAligned(own, turned[test] ?? [], shelf));
      }
      return found;
    },
  };
}

/** An index in memory. */
export const indexLooksInMemory = (looks: readonly string[]): Promise<LookIndex> => {
  const records: Record<ShelfName, Uint8Array[]> = { wholes: [], windows: [] };
  return indexLooks(looks, looks.length, {
    append: (shelf, record) => void records[shelf].push(record.slice()),
    pieces: async function* (shelf) {
      yield* records[shelf];
    },
    lookAt: (position) => looks[position] ?? '',
    turn: async () => {},
  });
};

/** The grid in every orientation; none where it is of one colour. */
function turnedLevels(look: string): Float32Array[] {
  const levels = levelsOf(look);
  const turns = Array.from({ length: orientations }, (_, orientation) => turn(levels, orientation));
  return turns.some((each) => viewOf(each, whole) === null) ? [] : turns;
}

/** Makes the record of a view. The same bytes are used again for the next one. */
function createRecorder(hasher: ViewHasher): (view: View | null) => Uint8Array {
  const [keys, bytes] = [new Int32Array(recordBytes / 4), new Int8Array(recordBytes)];
  const written = new Uint8Array(keys.buffer);
  const counts = new Uint8Array(hashTables << hasher.bits);
  const full = new Uint8Array((hashTables << hasher.bits) / 8);
  /** Whether fewer than `mostOfOneHash` came before; 255 fit into a byte, the last one sets a bit. */
  const hasRoom = (at: number): boolean => {
    const count = counts[at] ?? 0;
    if (count < mostOfOneHash - 1) {
      counts[at] = count + 1;
      return true;
    }
    const bit = 1 << (at & 7);
    if ((full[at >> 3] ?? 0) & bit) return false;
    full[at >> 3] = (full[at >> 3] ?? 0) | bit;
    return true;
  };
  return (view) => {
    keys.fill(-1, 0, hashTables);
    bytes.fill(0);
    if (view !== null) {
      for (let table = 0; table < hashTables; table += 1) {
        const key = hasher.hash(view, table);
        if (hasRoom((table << hasher.bits) + key)) keys[table] = key;
      }
      for (let i = 0; i < viewLength; i += 1) bytes[i] = Math.round((view[i] ?? 0) * stepsOfByte);
    }
    written.set(new Uint8Array(bytes.buffer, 0, viewLength), 4 * hashTables);
    return written;
  };
}

/** Reads a shelf once and offers what is alike to the candidates of each asked picture. */
async function scan(
  name: ShelfName,
  shelf: LookShelf,
  probes: Probes,
  candidates: readonly MostAlike[],
): Promise<void> {
  probes.seal();
  const slots = windowsOn[name].length;
  const lastSeen = new Int32Array(probes.views.length).fill(-1);
  let entry = 0;
  for await (const piece of shelf.pieces(name)) {
    const keys = new Int32Array(piece.buffer, piece.byteOffset, piece.byteLength / 4);
    const bytes = new Int8Array(piece.buffer, piece.byteOffset, piece.byteLength);
    for (let at = 0; at < piece.byteLength; at += recordBytes, entry += 1) {
      const [position, slot] = [Math.floor(entry / slots), entry % slots];
      for (let table = 0; table < hashTables; table += 1) {
        const key = keys[at / 4 + table] ?? -1;
        if (key < 0) continue;
        probes.find(table, key, (found, tried) => {
          if (lastSeen[found] === entry) return;
          lastSeen[found] = entry;
          const own = probes.views[found];
          if (!own) return;
          const { view, probe } = own;
          let dot = 0;
          for (let i = 0; i < viewLength; i += 1) dot += (view[i] ?? 0) * (bytes[at + 4 * hashTables + i] ?? 0);
          const cosine = dot / stepsOfByte;
          if (cosine < leastCosine) return;
          const { test, orientation, part } = probe;
          const reversed = part >= 0;
          // Of two equally alike ones that which was tried first: whole before windows, these by table and hash.
          const tie = reversed ? part : name === 'wholes' ? 0 : 1 + (table * hashesTried + tried) * slots + slot;
          const window = reversed ? part : name === 'wholes' ? -1 : slot;
          candidates[test]?.offer({ position, orientation, reversed, window, cosine, tie });
        });
      }
    }
  }
}

function bestAligned(candidates: MostAlike, turned: readonly Float32Array[], shelf: LookShelf): Near | null {
  let best: Near | null = null;
  for (const { position, orientation, reversed, window } of candidates.list()) {
    const own = turned[orientation];
    if (!own) continue;
    const other = levelsOf(shelf.lookAt(position));
    const start = parts[window] ?? whole;
    const found = reversed ? likeness(own, other, start) : likeness(other, own, start);
    if (found >= (best?.likeness ?? nearDuplicateLikeness)) best = { position, likeness: found };
    if (found >= sure) break;
  }
  return best;
}
