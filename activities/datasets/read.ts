/** The first pass of an import: an adapter's records, checked for repeats, with the digests of their image files. */
import { createHash, hash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { canonicalJson } from '../../domain/artifact.ts';
import { userMistake } from '../../domain/failures.ts';
import type { Knowledge } from '../../domain/knowledge/knowledge.ts';
import { createMalignantNames } from '../../domain/knowledge/malignant-label.ts';
import type { AdapterName } from '../../domain/recipe.ts';
import { inOrder } from '../in-order.ts';
import { adapters } from './adapters/index.ts';
import { createDiskMap } from './disk-map.ts';
import { writeLineFiles } from './json-lines.ts';
import { type LeftOut, requireFolder, type SourceRecord } from './source.ts';
import { createTally } from './tally.ts';

const filesInFlight = 4;

export interface ReadRequest {
  folder: string;
  adapter: AdapterName;
  knowledge: Knowledge;
  signal?: AbortSignal;
}

/** Rows that become no case, with their number. */
export interface LeftOutCount {
  reason: string;
  detail: string;
  count: number;
  /** The detail names a malignant disease, or one that comes before it. */
  malignant: boolean;
}

export interface Reading {
  /** File of JSON lines, one `SourceRecord` each. */
  file: string;
  records: number;
  leftOut: LeftOutCount[];
  /** Digest of all that was read, the image files' bytes among it. */
  contents: string;
}

/** Records of a folder; an id that stands twice is a user's mistake naming both rows. */
export async function* readRecords({
  folder,
  adapter,
  knowledge,
  signal,
}: ReadRequest): AsyncGenerator<SourceRecord | LeftOut> {
  await requireFolder(folder);
  const seen = createDiskMap();
  for await (const record of adapters[adapter](folder, knowledge)) {
    signal?.throwIfAborted();
    if (record.kind !== 'left out') {
      const key = `${record.source}/${record.id}`;
      const [earlier] = seen.get(key);
      if (earlier !== undefined)
        throw userMistake(`${record.where}: "${record.id}" stands in ${earlier} already; remove one`);
      seen.add(key, record.where);
    }
    yield record;
  }
}

/** Reads a folder into a file below `scratch`. A folder that gives no record at all is a user's mistake. */
export async function readSource(
  request: ReadRequest,
  scratch: string,
  onProgress: (done: number) => void = () => {},
): Promise<Reading> {
  const file = join(scratch, 'records.jsonl');
  const contents = createHash('sha256');
  const leftOut = createLeftOutTally(request.knowledge);
  let present = 0;
  const records = await writeLineFiles({ records: file }, async ({ records: writer }) => {
    const digested = inOrder(readRecords(request), filesInFlight, async (record) => ({
      record,
      image: await digestImage(record),
    }));
    for await (const { record, image } of digested) {
      if (record.kind === 'left out') {
        contents.update(`${canonicalJson(record)}\n`);
        leftOut.add(record);
        continue;
      }
      const { where: _, ...known } = record;
      contents.update(`${canonicalJson({ ...known, image })}\n`);
      await writer.write(record);
      if (image !== null) present += 1;
      onProgress(writer.count());
    }
    return writer.count();
  });
  if (records === 0) {
    const [most] = leftOut.counts();
    const why = most ? `${most.count}: ${most.reason} ${most.detail}` : 'there is none';
    throw userMistake(`${request.folder}: no row can be used; ${why}`);
  }
  if (present === 0) {
    throw userMistake(`${request.folder}: holds none of the ${records} images; put them in it or in a folder below`);
  }
  return { file, records, leftOut: leftOut.counts(), contents: contents.digest('hex') };
}

export const absentReason = (where: string, name: string): string => `${where}: there is no image ${name}`;

const digestImage = async (record: SourceRecord | LeftOut): Promise<string | null> =>
  record.kind !== 'left out' && 'path' in record.image ? hash('sha256', await readFile(record.image.path)) : null;

export interface LeftOutTally {
  add(leftOut: LeftOut): void;
  /** Names of malignant diseases first, then the largest. */
  counts(): LeftOutCount[];
}

export function createLeftOutTally({ taxonomy }: Knowledge): LeftOutTally {
  const tally = createTally();
  const isMalignant = createMalignantNames(taxonomy);
  return {
    add: ({ reason, detail }) => tally.add(JSON.stringify([reason, detail])),
    counts: () => {
      const all = tally.entries().map(([key, count]): LeftOutCount => {
        const [reason = '', detail = ''] = JSON.parse(key);
        return { reason, detail, count, malignant: isMalignant(detail) };
      });
      return [...all.filter(({ malignant }) => malignant), ...all.filter(({ malignant }) => !malignant)];
    },
  };
}

/** One line for a person; a malignant disease that is missing from the data is told as such. */
export const tellLeftOut = ({ reason, detail, count, malignant }: LeftOutCount): string =>
  `${malignant ? 'MALIGNANT, left out' : 'left out'} ${count}: ${reason} ${detail}`.trimEnd();
