/**
 * Which pictures belong together: those that share a name in an archive, pixels, a lesion or a patient are one group,
 * and so are those that are joined through a third one, in whatever set it stands.
 */
import { z } from 'zod';
import { type Picture, pictureShape } from './case.ts';

/**
 * What a row says of a picture, its lesion and its official split, whether or not it became a case: its label may be
 * unknown, its file unusable, its pixels those of an earlier case.
 */
export const linkSchema = z.strictObject({
  /** Absent where the row is not of a set but of a table that only says which lesion a picture shows. */
  source: pictureShape.source.optional(),
  group: pictureShape.group,
  lesion: pictureShape.lesion,
  archiveIds: pictureShape.archiveIds,
  /** Digests of its images as they are stored; empty where none was. */
  images: z.array(z.object({ sha256: z.string() })),
  officialSplit: pictureShape.officialSplit,
});
export type Link = z.infer<typeof linkSchema>;

/** Names of the picture itself: equal ones are the same picture. */
export const pictureKeysOf = ({ archiveIds, images }: Pick<Link, 'archiveIds' | 'images'>): string[] => [
  ...archiveIds,
  ...images.map(({ sha256 }) => `pixels/${sha256}`),
];

/** All that ties a picture to others: its own names, its lesion and its patient. */
export const keysOf = (picture: Pick<Link, 'group' | 'lesion' | 'archiveIds' | 'images'>): string[] => [
  ...pictureKeysOf(picture),
  picture.group,
  ...(picture.lesion === undefined ? [] : [picture.lesion]),
];

export interface Group<T> {
  /** The first, in code-unit order, of its members' names. */
  name: string;
  members: T[];
  links: Link[];
}

/**
 * The groups of all pictures, in the order of their first members, with the links that touch them. Neither names nor
 * members depend on the order of the pictures.
 */
export function gatherGroups<T extends Pick<Picture, 'id' | keyof Link>>(
  pictures: readonly T[],
  links: readonly Link[],
  { keysOf, nameOf }: { keysOf: (picture: Link | T) => string[]; nameOf: (picture: T) => string },
): Group<T>[] {
  const sets = createKeySets();
  const ends = pictures.map((picture) => sets.join([`id/${picture.id}`, ...keysOf(picture)]));
  const linked = links.map((link) => sets.join(keysOf(link)));
  const groups = new Map<number, Group<T>>();
  for (const [i, picture] of pictures.entries()) {
    const [root, name] = [sets.rootOf(ends[i] ?? 0), nameOf(picture)];
    const group = groups.get(root);
    if (!group) groups.set(root, { name, members: [picture], links: [] });
    else {
      group.members.push(picture);
      if (name < group.name) group.name = name;
    }
  }
  for (const [i, link] of links.entries()) groups.get(sets.rootOf(linked[i] ?? 0))?.links.push(link);
  return [...groups.values()];
}

/** Sets of keys, joined as they come; near constant time a key, whatever the number and size of the sets. */
export function createKeySets(): {
  /** Makes one set of all that hold these keys; gives a number of which `rootOf` tells the set. */
  join(keys: readonly string[]): number;
  rootOf(number: number): number;
} {
  const numbers = new Map<string, number>();
  const parents: number[] = [];
  const sizes: number[] = [];
  const numberOf = (key: string): number => {
    const known = numbers.get(key);
    if (known !== undefined) return known;
    numbers.set(key, parents.length);
    sizes.push(1);
    return parents.push(parents.length) - 1;
  };
  const rootOf = (start: number): number => {
    let at = start;
    for (let up = parents[at] ?? at; up !== at; up = parents[at] ?? at) {
      parents[at] = parents[up] ?? up; // halves the path, so that later searches are short
      at = parents[at] ?? at;
    }
    return at;
  };
  const unite = (a: number, b: number): number => {
    const [x, y] = [rootOf(a), rootOf(b)];
    if (x === y) return x;
    const [small, large] = (sizes[x] ?? 0) < (sizes[y] ?? 0) ? [x, y] : [y, x];
    parents[small] = large;
    sizes[large] = (sizes[large] ?? 0) + (sizes[small] ?? 0);
    return large;
  };
  return {
    join: (keys) => {
      if (keys.length === 0) return numberOf(`nothing/${parents.length}`);
      return keys.map(numberOf).reduce(unite);
    },
    rootOf,
  };
}
