/** Which test pictures a model has seen in training, and how that is known. */

import type { Picture } from './case.ts';
import { indexLooks } from './look.ts';

/** From certain to likely. A group is a patient or lesion that both sides name. */
export const leakKinds = ['archive id', 'same pixels', 'near-duplicate', 'same patient or lesion'] as const;
export type LeakKind = (typeof leakKinds)[number];

export interface Leak {
  kind: LeakKind;
  /** Case of the test side and its counterpart in training. */
  test: { id: string; source: string };
  train: { id: string; source: string };
  /** Distance of the looks of near-duplicates, 0 to 24. */
  bits?: number;
  /** Cosine of the embeddings of near-duplicates that an encoder found, not their looks. */
  cosine?: number;
}

/** A training picture that an encoder takes for the same. */
export interface Similar {
  train: AuditedPicture;
  cosine: number;
}

/** What the audit reads of a case. */
export type AuditedPicture = Pick<Picture, 'id' | 'source' | 'group' | 'archiveIds' | 'images' | 'look'>;

/**
 * The strongest link of each test picture that has one, in the order of `test`.
 *
 * @param similar what an encoder found, by the id of the test picture
 */
export function findLeaks(
  train: readonly AuditedPicture[],
  test: readonly AuditedPicture[],
  similar: ReadonlyMap<string, Similar> = new Map(),
): Leak[] {
  const byArchiveId = firstBy(train, (picture) => picture.archiveIds);
  const byPixels = firstBy(train, digestsOf);
  const byGroup = firstBy(train, (picture) => [picture.group]);
  const looks = indexLooks(train.map((picture) => picture.look));
  const linkOf = (picture: AuditedPicture): Link | null => {
    const archived = seek(byArchiveId, picture.archiveIds);
    if (archived) return { kind: 'archive id', found: archived };
    const same = seek(byPixels, digestsOf(picture));
    if (same) return { kind: 'same pixels', found: same };
    const near = looks.nearest(picture.look);
    const alike = near && train[near.position];
    if (alike) return { kind: 'near-duplicate', found: alike, bits: near.bits };
    const seen = similar.get(picture.id);
    if (seen) return { kind: 'near-duplicate', found: seen.train, cosine: seen.cosine };
    const grouped = seek(byGroup, [picture.group]);
    return grouped ? { kind: 'same patient or lesion', found: grouped } : null;
  };
  return test.flatMap((picture) => {
    const link = linkOf(picture);
    if (!link) return [];
    const { found, ...rest } = link;
    return [{ ...rest, test: name(picture), train: name(found) }];
  });
}

interface Link {
  kind: LeakKind;
  found: AuditedPicture;
  bits?: number;
  cosine?: number;
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

const digestsOf = ({ images }: AuditedPicture): string[] => images.map((image) => image.sha256);
const name = ({ id, source }: AuditedPicture): { id: string; source: string } => ({ id, source });

function firstBy(
  pictures: readonly AuditedPicture[],
  keysOf: (picture: AuditedPicture) => readonly string[],
): ReadonlyMap<string, AuditedPicture> {
  const first = new Map<string, AuditedPicture>();
  for (const picture of pictures) for (const key of keysOf(picture)) if (!first.has(key)) first.set(key, picture);
  return first;
}

const seek = <T>(found: ReadonlyMap<string, T>, keys: readonly string[]): T | undefined =>
  keys.map((key) => found.get(key)).find((value) => value !== undefined);
