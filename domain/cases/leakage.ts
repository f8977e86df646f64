/** Which test pictures a model has seen in training, and how that is known. */

import type { Picture } from './case.ts';
import type { Link } from './groups.ts';

/** From certain to likely. The last is a patient or lesion that is known on the other side. */
export const leakKinds = ['archive id', 'same pixels', 'near-duplicate', 'same patient or lesion'] as const;
export type LeakKind = (typeof leakKinds)[number];

export type NamedPicture = Pick<Picture, 'id' | 'source'>;

export interface Leak {
  kind: LeakKind;
  /** Case of the test side and its counterpart in training. */
  test: NamedPicture;
  train: NamedPicture;
  /** Of near-duplicates by their perceptual hashes: how well one fits into the other, from the threshold to 1. */
  likeness?: number;
  /** Of near-duplicates that an encoder finds: the cosine of their embeddings. */
  cosine?: number;
}

/** What the audit reads of a case; a picture that became none has no perceptual hash (`look`). */
export type AuditedPicture = Pick<Picture, 'id' | 'source' | 'group' | 'lesion' | 'archiveIds'> &
  Pick<Link, 'images'> & { look?: string };

/** What a row says of a picture that became no case, as a picture to audit against; tables of lesions have none. */
export const asPictures = ({ source, officialSplit: _, ...link }: Link): AuditedPicture[] =>
  source === undefined ? [] : [{ id: link.archiveIds[0] ?? `${source}/${link.group}`, source, ...link }];

interface LeakCount {
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

export interface LeakSummary {
  add(leak: Leak): void;
  audit(): LeakAudit;
}

/** A summary of leaks for the report. */
export function createLeakSummary(): LeakSummary {
  const counts = new Map<string, LeakCount>();
  const examples: Leak[] = [];
  return {
    add: (leak) => {
      const [test, train, kind] = [leak.test.source, leak.train.source, leak.kind];
      const key = `${test}\n${train}\n${kind}`;
      const known = counts.get(key);
      if (known) known.count += 1;
      else counts.set(key, { test, train, kind, count: 1 });
      if (examples.length < listed) examples.push(leak);
    },
    audit: () => ({ counts: [...counts.values()].toSorted((a, b) => b.count - a.count), examples }),
  };
}
