/** The first pass of an import: an adapter's records, checked for repeats, with the digests of their image files. */
import { createHash, hash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { canonicalJson } from '../../domain/artifact.ts';
import type { Link } from '../../domain/cases/groups.ts';
import { userMistake } from '../../domain/failures.ts';
import type { Knowledge } from '../../domain/knowledge/knowledge.ts';
import type { AdapterName } from '../../domain/recipe.ts';
import { inOrder } from '../in-order.ts';
import { adapters } from './adapters/index.ts';
import { createDiskMap } from './disk-map.ts';
import { writeLineFiles } from './json-lines.ts';
import { readLesionTables } from './lesion-tables.ts';
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
}

export interface Reading {
  /** File of JSON lines, one `SourceRecord` each. */
  file: string;
  /** Another with a `Link` for each row that becomes no record, and for those of tables of lesions. */
  links: string;
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

/** Reads a folder into files below `scratch`. A folder that gives no record at all is a user's mistake. */
export async function readSource(
  request: ReadRequest,
  scratch: string,
  onProgress: (done: number) => void = () => {},
): Promise<Reading> {
  const [file, links] = [join(scratch, 'records.jsonl'), join(scratch, 'read-links.jsonl')];
  const contents = createHash('sha256');
  const leftOut = createLeftOutTally();
  let present = 0;
  const records = await writeLineFiles({ records: file, links }, async ({ records: writer, links: linkWriter }) => {
    const digested = inOrder(readRecords(request), filesInFlight, async (record) => ({
      record,
      image: await digestImage(record),
    }));
    for await (const { record, image } of digested) {
      if (record.kind === 'left out') {
        contents.update(`${canonicalJson(record)}\n`);
        leftOut.add(record);
        if (record.link) await linkWriter.write(record.link);
        continue;
      }
      const { where: _, ...known } = record;
      contents.update(`${canonicalJson({ ...known, image })}\n`);
      await writer.write(record);
      if (image !== null) present += 1;
      onProgress(writer.count());
    }
    for await (const link of readLesionTables(request.folder, request.adapter)) {
      contents.update(`${canonicalJson(link)}\n`);
      await linkWriter.write(link);
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
  return { file, links, records, leftOut: leftOut.counts(), contents: contents.digest('hex') };
}

export const absentReason = (where: string, name: string): string => `${where}: there is no image ${name}`;

/** What a record says of its picture, if it becomes no case. */
export const linkOf = (
  { source, group, lesion, archiveIds, officialSplit }: SourceRecord,
  images: Link['images'] = [],
): Link => ({ source, group, lesion, archiveIds, images: images.map(({ sha256 }) => ({ sha256 })), officialSplit });

const digestImage = async (record: SourceRecord | LeftOut): Promise<string | null> =>
  record.kind !== 'left out' && 'path' in record.image ? hash('sha256', await readFile(record.image.path)) : null;

export interface LeftOutTally {
  add(leftOut: LeftOut): void;
  counts(): LeftOutCount[];
}

export function createLeftOutTally(): LeftOutTally {
  const tally = createTally();
  return {
    add: ({ reason, detail }) => tally.add(JSON.stringify([reason, detail])),
    counts: () =>
      tally.entries().map(([key, count]) => {
        const [reason = '', detail = ''] = JSON.parse(key);
        return { reason, detail, count };
      }),
  };
}
