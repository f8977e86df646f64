/** Near-duplicates as they are defined, found by comparing every view of every picture with every other. */
import { sure } from '../../domain/cases/alignment.ts';
import { aligned, type Near, nearDuplicateLikeness, partWindows } from '../../domain/cases/near-duplicates.ts';
import { levelsOf, orientations, turn } from '../../domain/cases/perceptual-hash.ts';
import { viewOf } from '../../domain/cases/views/view.ts';
import {
  createViewHasher,
  hashTables,
  leastCosine,
  mostOfOneHash,
  stepsOfByte,
  type View,
  type ViewHasher,
} from '../../domain/cases/views/view-hash.ts';
import { plainLikeness } from './plain-alignment.ts';

const whole = { left: 0, top: 0, right: 0, bottom: 0 };
const tables = Array.from({ length: hashTables }, (_, table) => table);

interface Entry {
  position: number;
  window: number;
  bytes: number[];
  /** By table; null where enough others had the hash before. */
  hashes: (number | null)[];
}

function entriesOf(pictures: readonly string[], windows: readonly number[], hasher: ViewHasher): Entry[] {
  const seen = new Map<string, number>();
  return pictures.flatMap((hash, position) =>
    windows.flatMap((window): Entry[] => {
      const view = viewOf(levelsOf(hash), partWindows[window] ?? whole);
      if (!view) return [];
      const hashes = tables.map((table) => {
        const own = hasher.hash(view, table);
        const count = seen.get(`${table} ${own}`) ?? 0;
        seen.set(`${table} ${own}`, count + 1);
        return count < mostOfOneHash ? own : null;
      });
      return [{ position, window, bytes: [...view].map((value) => Math.round(value * stepsOfByte)), hashes }];
    }),
  );
}

/** Number of the first hash in common among all that are tried; null where there is none. */
function inCommon(view: View, { hashes }: Entry, hasher: ViewHasher): number | null {
  for (const table of tables) {
    const tried = hasher.hashes(view, table);
    const at = tried.indexOf(hashes[table] ?? -1);
    if (at >= 0) return table * tried.length + at;
  }
  return null;
}

export function nearestByBruteForce(indexed: readonly string[], asked: readonly string[]): (Near | null)[] {
  const windows = [...partWindows.keys()];
  const lists = [
    { hasher: createViewHasher(indexed.length), indexedWindows: [-1], askedWindows: [-1, ...windows], isWholes: true },
    {
      hasher: createViewHasher(indexed.length * partWindows.length),
      ...{ indexedWindows: windows, askedWindows: [-1], isWholes: false },
    },
  ].map((list) => ({ ...list, entries: entriesOf(indexed, list.indexedWindows, list.hasher) }));
  return asked.map((hash) => {
    const turned = Array.from({ length: orientations }, (_, orientation) => turn(levelsOf(hash), orientation));
    if (turned.some((levels) => viewOf(levels, whole) === null)) return null;
    const found = lists.flatMap(({ hasher, entries, askedWindows, isWholes }) =>
      turned.flatMap((levels, orientation) =>
        askedWindows.flatMap((askedWindow) => {
          const view = viewOf(levels, partWindows[askedWindow] ?? whole);
          if (!view) return [];
          return entries.flatMap((entry) => {
            const common = inCommon(view, entry, hasher);
            const cosine = entry.bytes.reduce((sum, byte, i) => sum + (view[i] ?? 0) * byte, 0) / stepsOfByte;
            if (common === null || cosine < leastCosine) return [];
            const reversed = askedWindow >= 0;
            const tie = reversed ? askedWindow : isWholes ? 0 : 1 + common * partWindows.length + entry.window;
            const window = reversed ? askedWindow : entry.window;
            return [{ position: entry.position, orientation, reversed, window, cosine, tie }];
          });
        }),
      ),
    );
    const distinct = [...Map.groupBy(found, (f) => `${f.position} ${f.orientation} ${f.reversed}`).values()].flatMap(
      (same) => same.toSorted((a, b) => b.cosine - a.cosine || a.tie - b.tie).slice(0, 1),
    );
    const order = distinct.toSorted(
      (a, b) =>
        b.cosine - a.cosine ||
        a.position - b.position ||
        2 * a.orientation + Number(a.reversed) - (2 * b.orientation + Number(b.reversed)),
    );
    let best: Near | null = null;
    for (const { position, orientation, reversed, window } of order.slice(0, aligned)) {
      const [own, other] = [turned[orientation] ?? levelsOf(hash), levelsOf(indexed[position] ?? '')];
      const start = partWindows[window] ?? whole;
      const alike = reversed ? plainLikeness(own, other, start) : plainLikeness(other, own, start);
      if (alike >= (best?.likeness ?? nearDuplicateLikeness)) best = { position, likeness: alike };
      if (alike >= sure) break;
    }
    return best;
  });
}
