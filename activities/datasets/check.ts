/** What an import would find in a folder, without decoding or storing an image. */
import { createOutcome, type OutcomeCounts } from './outcome.ts';
import { absentReason, createLeftOutTally, type LeftOutCount, type ReadRequest, readRecords } from './read.ts';

export interface Check {
  adapter: string;
  folder: string;
  /** Rows that become cases, questions or pictures with concepts, whether or not their image is there. */
  records: number;
  counts: OutcomeCounts;
  absentImages: number;
  /** The first of them. */
  absent: readonly string[];
  leftOut: LeftOutCount[];
}

/** Reads a folder's tables. Mistakes in them are thrown as the import would throw them. */
export async function checkDataset(request: ReadRequest): Promise<Check> {
  const outcome = createOutcome();
  const leftOut = createLeftOutTally(request.knowledge);
  let records = 0;
  for await (const record of readRecords(request)) {
    if (record.kind === 'left out') {
      leftOut.add(record);
      continue;
    }
    records += 1;
    outcome.count(record);
    const { image, where } = record;
    if ('absent' in image) outcome.quarantine({ badImage: absentReason(where, image.absent) });
  }
  return {
    adapter: request.adapter,
    folder: request.folder,
    records,
    counts: outcome.counts(),
    absentImages: outcome.quarantined(),
    absent: outcome.bad.map(({ badImage }) => badImage),
    leftOut: leftOut.counts(),
  };
}
