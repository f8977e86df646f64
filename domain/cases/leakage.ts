/** Which test pictures a model has seen in training, and how that is known. */

import type { Picture } from './case.ts';
import { createKeySets, keysOf, type Link, pictureKeysOf } from './groups.ts';
import { indexLooks } from './look-index.ts';

/** From certain to likely. The last is a patient or lesion that is known on the other side. */
export const leakKinds = ['archive id', 'same pixels', 'near-duplicate', 'same patient or lesion'] as const;
export type LeakKind = (typeof leakKinds)[number];

export interface Leak {
  kind: LeakKind;
  /** Case of the test side and its counterpart in training. */
  test: { id: string; source: string };
  train: { id: string; source: string };
  /** Of near-duplicates that their looks tell: how well one fits into the other, from the threshold to 1. */
  likeness?: number;
  /** Of near-duplicates that an encoder tells: the cosine of their embeddings. */
  cosine?: number;
}

/** A training picture that an encoder takes for the same. */
export interface Similar {
  train: Named;
  cosine: number;
}

/** What the audit reads of a case; a picture that became none has no look. */
export type AuditedPicture = Pick<Picture, 'id' | 'source' | 'group' | 'lesion' | 'archiveIds'> &
  Pick<Link, 'images'> & { look?: string };
type Named = Pick<Picture, 'id' | 'source'>;

/** What rows say of pictures that became no case, as pictures to audit against; tables of lesions have none. */
export const asPictures = (links: readonly Link[]): AuditedPicture[] =>
  links.flatMap(({ source, officialSplit: _, ...link }) =>
    source === undefined ? [] : [{ id: link.archiveIds[0] ?? `${source}/${link.group}`, source, ...link }],
  );

export interface KnownTies {
  /** Of pictures on neither side: they tie names, lesions and patients to one another. */
  links?: readonly Link[];
  /** What an encoder found, by the id of the test picture. */
  similar?: ReadonlyMap<string, Similar>;
}

/**
 * The surest tie of each test picture that has one, in the order of `test`. Names, lesions and patients tie through
 * others too: a test picture whose name in an archive a link gives a lesion is tied to all training pictures of it.
 */
export function findLeaks(
  train: readonly AuditedPicture[],
  test: readonly AuditedPicture[],
  { links = [], similar = new Map() }: KnownTies = {},
): Leak[] {
  const known = (keys: (picture: Omit<Link, 'source'>) => readonly string[]): ((at: number) => Named | undefined) =>
    indexTies({ train, test, links, keysOf: keys });
  const byArchiveId = known(({ archiveIds }) => archiveIds);
  const byPicture = known(pictureKeysOf);
  const byGroup = known(keysOf);
  const seen = train.flatMap(({ look, ...picture }) => (look === undefined ? [] : [{ look, picture }]));
  const looks = indexLooks(seen.map(({ look }) => look));
  const tieOf = (picture: AuditedPicture, at: number): Tie | null => {
    const archived = byArchiveId(at);
    if (archived) return { kind: 'archive id', found: archived };
    const same = byPicture(at);
    if (same) return { kind: 'same pixels', found: same };
    const near = picture.look === undefined ? null : looks.nearest(picture.look);
    const alike = near && seen[near.position];
    if (alike) return { kind: 'near-duplicate', found: alike.picture, likeness: near.likeness };
    const encoded = similar.get(picture.id);
    if (encoded) return { kind: 'near-duplicate', found: encoded.train, cosine: encoded.cosine };
    const grouped = byGroup(at);
    return grouped ? { kind: 'same patient or lesion', found: grouped } : null;
  };
  return test.flatMap((picture, at) => {
    const tie = tieOf(picture, at);
    if (!tie) return [];
    const { found, ...rest } = tie;
    return [{ ...rest, test: name(picture), train: name(found) }];
  });
}

interface Tie {
  kind: LeakKind;
  found: Named;
  likeness?: number;
  cosine?: number;
}

/** By the position of a test picture, the first training picture that shares a key with it, or is joined to it. */
function indexTies({
  train,
  test,
  links,
  keysOf,
}: {
  train: readonly AuditedPicture[];
  test: readonly AuditedPicture[];
  links: readonly Link[];
  keysOf: (picture: Omit<Link, 'source'>) => readonly string[];
}): (at: number) => Named | undefined {
  const sets = createKeySets();
  const joinAll = (pictures: readonly (AuditedPicture | Link)[]): number[] =>
    pictures.map((picture) => sets.join(keysOf(picture)));
  const [seen, tested] = [joinAll(train), joinAll(test)];
  joinAll(links);
  const first = new Map<number, Named>();
  for (const [at, picture] of train.entries()) {
    const root = sets.rootOf(seen[at] ?? 0);
    if (!first.has(root)) first.set(root, picture);
  }
  return (at) => first.get(sets.rootOf(tested[at] ?? 0));
}

export interface LeakCount {
  test: string;
  train: string;
  kind: LeakKind;
  count: number;
}

export interface LeakAudit {
  /** Numbers of leaks by the sets on both sides and by kind, most frequent first. */
  counts: LeakCount[];
  /** The first hundred. */
  examples: Leak[];
}

const listed = 100;

/** A summary of leaks for the report. */
export function summariseLeaks(leaks: readonly Leak[]): LeakAudit {
  const same = Map.groupBy(leaks, ({ kind, test, train }) => `${test.source}\n${train.source}\n${kind}`);
  const counts = [...same.values()].flatMap((group) => {
    const [first] = group;
    return first ? [{ test: first.test.source, train: first.train.source, kind: first.kind, count: group.length }] : [];
  });
  return { counts: counts.toSorted((a, b) => b.count - a.count), examples: leaks.slice(0, listed) };
}

const name = ({ id, source }: Named): Named => ({ id, source });
