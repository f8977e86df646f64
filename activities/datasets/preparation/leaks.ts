/** Finds which test pictures training has seen (domain/cases/leakage.ts), however many pictures there are. */
import { type Link, ownerKeysOf } from '../../../domain/cases/groups.ts';
import type { AuditedPicture, Leak, NamedPicture } from '../../../domain/cases/leakage.ts';
import { indexHashes, type Near, type NearDuplicateIndex } from '../../../domain/cases/near-duplicates.ts';
import type { Similar } from '../../../domain/cases/similarity.ts';
import type { Rows } from '../../rows.ts';
import { inTurns, openScratchDatabase } from '../../scratch-database.ts';
import { type DiskIndexStorage, openIndexStorage } from './index-storage.ts';
import { createKeyGroups, type KeyGroups } from './key-groups.ts';

export interface KnownTies {
  /** Of pictures on neither side: they tie names, lesions and patients to one another. */
  links?: Rows<Link>;
  /** The training picture that an encoder takes for the same as the test picture at a position. */
  similar?: ((at: number) => Similar | null) | null;
}

/** A tie of the test picture at a position. */
interface FoundLeak {
  at: number;
  leak: Leak;
}

/** Levels of keys, from sure to likely. */
const levels = { archive: 0, pixels: 1, owner: 2 } as const;
/** Pictures that are looked up together. */
const lookedUpAtOnce = 256;
const none = -1;

/**
 * The surest tie of each test picture that has one, in the order of `test`. Names, lesions and patients tie through
 * others too: a test picture whose name in an archive a link gives a lesion is tied to all training pictures of it.
 * Memory holds a few bytes per picture; keys, names and perceptual hashes lie in temporary files, the index of the latter below `folder`.
 */
export async function* findLeaks(
  train: Rows<AuditedPicture>,
  test: Rows<AuditedPicture>,
  { links = [], similar = null }: KnownTies,
  folder: string,
): AsyncGenerator<FoundLeak> {
  using groups = createKeyGroups();
  const addPicture = (picture: Omit<Link, 'source'>): void => {
    groups.add(picture.archiveIds, levels.archive);
    groups.addKeys(
      picture.images.map(({ sha256 }) => `pixels/${sha256}`),
      levels.pixels,
    );
    groups.addKeys(ownerKeysOf(picture), levels.owner);
  };
  const storage = openIndexStorage(folder);
  try {
    using seen = createNames();
    for await (const picture of train) {
      addPicture(picture);
      if (picture.look !== undefined) storage.keepHash(picture.look);
      seen.add(picture, picture.look !== undefined);
    }
    let tested = 0;
    for await (const picture of test) {
      addPicture(picture);
      tested += 1;
    }
    for await (const link of links) addPicture(link);
    const ties = await tiesOf(groups, seen.count(), tested);
    groups.close();
    const index = await indexHashes(seen.hashes(storage), seen.hashed(), storage);
    const find = (picture: AuditedPicture, at: number, near: Near | null): FoundLeak[] => {
      const tie = tieOf(at, { ties, near, similar, seen });
      if (!tie) return [];
      const { position, ...rest } = tie;
      return [{ at, leak: { ...rest, test: { id: picture.id, source: picture.source }, train: seen.at(position) } }];
    };
    yield* inBlocks(test, ties, index, find);
  } finally {
    storage.close();
  }
}

/** Test pictures, some hundred at a time; those that nothing sure ties are looked up by their perceptual hashes. */
async function* inBlocks(
  test: Rows<AuditedPicture>,
  ties: SureTies,
  index: NearDuplicateIndex,
  find: (picture: AuditedPicture, at: number, near: Near | null) => FoundLeak[],
): AsyncGenerator<FoundLeak> {
  let block: { picture: AuditedPicture; at: number }[] = [];
  const end = async (): Promise<FoundLeak[]> => {
    const asked = block.filter(({ picture, at }) => picture.look !== undefined && ties.sure[at] === none);
    const nearest = await index.nearest(asked.map(({ picture }) => picture.look ?? ''));
    const nearOf = new Map(asked.map(({ at }, i) => [at, nearest[i] ?? null]));
    return block.flatMap(({ picture, at }) => find(picture, at, nearOf.get(at) ?? null));
  };
  let at = 0;
  for await (const picture of test) {
    block.push({ picture, at: at++ });
    if (block.length < lookedUpAtOnce) continue;
    yield* await end();
    block = [];
  }
  yield* await end();
}

interface SureTies {
  /** By test position, the first training picture of its name or pixels; -1 where there is none. */
  sure: Int32Array;
  /** 1 where only pixels show it. */
  byPixels: Uint8Array;
  /** The first one of its lesion or patient. */
  owner: Int32Array;
}

async function tiesOf(groups: KeyGroups, seen: number, tested: number): Promise<SureTies> {
  const ties = {
    sure: new Int32Array(tested).fill(none),
    byPixels: new Uint8Array(tested),
    owner: new Int32Array(tested).fill(none),
  };
  const eachTie = async (level: number, onTie: (at: number, first: number) => void): Promise<void> => {
    await groups.unite(level);
    for (let at = 0; at < tested; at += 1) {
      const first = groups.firstOf(seen + at);
      if (first < seen) onTie(at, first);
    }
  };
  await eachTie(levels.archive, (at, first) => {
    ties.sure[at] = first;
  });
  await eachTie(levels.pixels, (at, first) => {
    if (ties.sure[at] !== none) return;
    ties.sure[at] = first;
    ties.byPixels[at] = 1;
  });
  await eachTie(levels.owner, (at, first) => {
    ties.owner[at] = first;
  });
  return ties;
}

type Tie = Omit<Leak, 'test' | 'train'> & { position: number };

function tieOf(
  at: number,
  { ties, near, similar, seen }: { ties: SureTies; near: Near | null; seen: Names } & Pick<KnownTies, 'similar'>,
): Tie | null {
  const sure = ties.sure[at] ?? none;
  if (sure !== none) return { kind: ties.byPixels[at] ? 'same pixels' : 'archive id', position: sure };
  if (near) return { kind: 'near-duplicate', position: seen.ofHash(near.position), likeness: near.likeness };
  const encoded = similar?.(at);
  if (encoded) return { kind: 'near-duplicate', ...encoded };
  const owner = ties.owner[at] ?? none;
  return owner === none ? null : { kind: 'same patient or lesion', position: owner };
}

/** Names of the training pictures by position, and which of them have a perceptual hash. */
interface Names extends Disposable {
  add(picture: NamedPicture, hasHash: boolean): void;
  count(): number;
  hashed(): number;
  at(position: number): NamedPicture;
  /** Position of the picture with the perceptual hash of a number. */
  ofHash(number: number): number;
  hashes(storage: DiskIndexStorage): Rows<string>;
}

function createNames(): Names {
  const database = openScratchDatabase(
    'create table picture (at integer primary key, id text, source text); create table hashed (number integer primary key, at integer)',
  );
  const insert = database.prepare('insert into picture values (?, ?, ?)');
  const insertHash = database.prepare('insert into hashed values (?, ?)');
  const select = database.prepare('select id, source from picture where at = ?');
  const selectHash = database.prepare('select at from hashed where number = ?');
  let [count, hashed] = [0, 0];
  return {
    add: ({ id, source }, hasHash) => {
      if (hasHash) insertHash.run(hashed++, count);
      insert.run(count++, id, source);
    },
    count: () => count,
    hashed: () => hashed,
    at: (position) => {
      const row = select.get(position);
      return { id: String(row?.id), source: String(row?.source) };
    },
    ofHash: (number) => Number(selectHash.get(number)?.at),
    hashes: (storage) => ({
      [Symbol.asyncIterator]: async function* () {
        for await (const number of inTurns(numbersBelow(hashed))) yield storage.hashAt(number);
      },
    }),
    [Symbol.dispose]: () => database.close(),
  };
}

function* numbersBelow(count: number): Generator<number> {
  for (let number = 0; number < count; number += 1) yield number;
}
