/**
 * Which pictures belong together: those that share a name in an archive, pixels, a lesion or a patient are one group,
 * and so are those that are joined through a third one, in whatever set it stands.
 */
import { z } from 'zod';
import { pictureShape } from './case.ts';

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

/** Its lesion and its patient. */
export const ownerKeysOf = ({ group, lesion }: Pick<Link, 'group' | 'lesion'>): string[] =>
  lesion === undefined ? [group] : [group, lesion];

/** All that ties a picture to others: its own names, its lesion and its patient. */
export const keysOf = (picture: Pick<Link, 'group' | 'lesion' | 'archiveIds' | 'images'>): string[] => [
  ...pictureKeysOf(picture),
  ...ownerKeysOf(picture),
];
