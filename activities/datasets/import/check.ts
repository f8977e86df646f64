/** What an import would find in a folder, without decoding or storing an image. */
import { inOrder } from '../../in-order.ts';
import { createDiskMap } from '../opening/disk-map.ts';
import { acceptedKinds, kindBytes, kindOf } from '../opening/file-kind.ts';
import { createFileReader, type FileReader, type FileRef, refName } from '../opening/file-ref.ts';
import type { LeftOut, SourceRecord } from '../records/record.ts';
import {
  absentReason,
  createLeftOutTally,
  type LeftOutCount,
  type ReadRequest,
  readRecords,
  whyUnusable,
} from './first-pass.ts';
import { createImportTally, type TallyCounts, tooManyBad } from './import-tally.ts';
import { createRepeatFinder } from './repeats.ts';

const filesInFlight = 4;

export interface CheckRequest extends ReadRequest {
  /** Share of absent or unusable images, 0 to 1, above which the import would fail; 0.01 by default. */
  maxBadShare?: number;
}

export interface Check {
  adapter: string;
  folder: string;
  /** Rows of the tables, or files where the set has none, whatever became of them. */
  rows: number;
  /** Rows that become cases, questions or pictures with concepts, whether or not their image is there. */
  records: number;
  /** Cases of an image file that an earlier case has already. */
  repeated: number;
  counts: TallyCounts;
  /** Cases by diagnosis and official split. */
  classes: TallyCounts;
  /** Number of different patients, lesions and, where the set names neither, images. */
  groups: Record<string, number>;
  absentImages: number;
  /** The first of them. */
  absent: readonly string[];
  /** Files that are no image, whatever their name says; damage further in is found by the import alone. */
  unusableImages: number;
  unusable: readonly string[];
  leftOut: LeftOutCount[];
  notes: string[];
  /** Why an import would fail; null where it would not. */
  failure: string | null;
}

/** Reads a folder's tables and the first bytes of its images. Mistakes in tables are thrown as the import would. */
export async function checkDataset(request: CheckRequest): Promise<Check> {
  const { adapter, folder, knowledge, maxBadShare = 0.01 } = request;
  const [outcome, leftOut] = [createImportTally(), createLeftOutTally(knowledge)];
  using groups = createGroupTally();
  using repeats = createRepeatFinder();
  const files = createFileReader();
  const notes: string[] = [];
  const absent = { count: 0, first: [] as string[] };
  const unusable = { count: 0, first: [] as string[] };
  let [rows, records, repeated] = [0, 0, 0];
  const onNote = (note: string): void => {
    notes.push(note);
    request.onNote?.(note);
  };
  const looked = inOrder(readRecords({ ...request, onNote }), filesInFlight, async (record) => ({
    record,
    unusable: await whyNoImage(record, files),
  }));
  try {
    for await (const { record, unusable: reason } of looked) {
      rows += 1;
      if (record.kind === 'left out') {
        leftOut.add(record);
        continue;
      }
      if (repeats.isRepeat(record)) {
        repeated += 1;
        continue;
      }
      records += 1;
      outcome.count(record);
      groups.add(record.group);
      const kind = 'absent' in record.image ? absent : unusable;
      const why = 'absent' in record.image ? absentReason(record.where, record.image.absent) : reason;
      if (why === null) continue;
      outcome.quarantine({ badImage: why });
      kind.count += 1;
      if (kind.first.length < 20) kind.first.push(why);
    }
  } finally {
    files.close();
  }
  const total = records + repeated;
  const bad = outcome.quarantined() > maxBadShare * total ? tooManyBad(outcome, total, maxBadShare) : null;
  return {
    ...{ adapter, folder, rows, records, repeated, notes },
    counts: outcome.counts(),
    classes: outcome.classes(),
    groups: groups.counts(),
    absentImages: absent.count,
    absent: absent.first,
    unusableImages: unusable.count,
    unusable: unusable.first,
    leftOut: leftOut.counts(),
    failure: whyUnusable({ folder, records: total, present: total - absent.count, leftOut: leftOut.counts() }) ?? bad,
  };
}

async function whyNoImage(record: SourceRecord | LeftOut, files: FileReader): Promise<string | null> {
  if (record.kind === 'left out' || 'absent' in record.image) return null;
  const kind = await kindOfFile(record.image, files);
  return acceptedKinds.includes(kind) ? null : `${refName(record.image)}: is ${kind}`;
}

const kindOfFile = (ref: FileRef, files: FileReader): Promise<string> =>
  files.head(ref, kindBytes).then(kindOf, (error: unknown) => {
    // What is wrong with the member of an archive; a disk that fails is no property of the set.
    if (error instanceof Error && !('syscall' in error)) return `damaged (${error.message})`;
    throw error;
  });

/** Counts different groups by what they are. */
function createGroupTally(): Disposable & { add(group: string): void; counts(): Record<string, number> } {
  const seen = createDiskMap();
  const counts: Record<string, number> = {};
  return {
    add: (group) => {
      if (seen.get(group).length > 0) return;
      seen.add(group, '');
      const kind = ['patient', 'lesion'].find((each) => group.startsWith(`${each}/`)) ?? 'image';
      counts[kind] = (counts[kind] ?? 0) + 1;
    },
    counts: () => counts,
    [Symbol.dispose]: () => seen[Symbol.dispose](),
  };
}
