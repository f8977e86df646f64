/** The first pass of an import: an adapter's records, checked for repeats, with the digests of their image files. */
import { createHash, hash } from 'node:crypto';
import { join } from 'node:path';
import { canonicalJson } from '../../../domain/artifact.ts';
import type { Link } from '../../../domain/cases/groups.ts';
import { userMistake } from '../../../domain/failures.ts';
import type { Knowledge } from '../../../domain/knowledge/knowledge.ts';
import { createMalignantNames } from '../../../domain/knowledge/malignant-label.ts';
import type { AdapterName } from '../../../domain/recipe/data.ts';
import { inOrder } from '../../in-order.ts';
import { writeLineFiles } from '../../json-lines.ts';
import { adapters } from '../adapters/index.ts';
import { lesionTables, readLesionTables } from '../adapters/isic/lesion-tables.ts';
import { textbookFolder } from '../adapters/textbook.ts';
import { createDiskMap } from '../opening/disk-map.ts';
import { createFileReader, type FileReader } from '../opening/file-ref.ts';
import { openFolder } from '../opening/folder.ts';
import { requireFolder } from '../opening/require-folder.ts';
import { passOver, reportUnread } from '../opening/tables.ts';
import { noSkinPicture, unknownLabel } from '../records/diagnosis.ts';
import type { LeftOut, SourceRecord } from '../records/record.ts';
import { nearNames } from './near-names.ts';
import { createTally } from './tally.ts';

const filesInFlight = 4;

export interface ReadRequest {
  /** A folder, or a zip archive. */
  folder: string;
  /** Folders directly below it that hold other sets. */
  except?: readonly string[];
  adapter: AdapterName;
  knowledge: Knowledge;
  signal?: AbortSignal;
  /** Gets what is no mistake and yet worth knowing, e.g. which of two versions of a table is read. */
  onNote?: (note: string) => void;
}

/** Rows that become no case, with their number. */
export interface LeftOutCount {
  reason: string;
  detail: string;
  count: number;
  /** The detail names a malignant disease, or one that comes before it. */
  malignant: boolean;
  /** Names of the taxonomy that an unknown label may have meant. */
  near?: string[];
}

export interface FirstPass {
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
  except = [],
  signal,
  onNote,
}: ReadRequest): AsyncGenerator<SourceRecord | LeftOut> {
  await requireFolder(folder);
  const others = adapter === 'textbook' ? except : [...except, textbookFolder];
  const files = await openFolder(folder, { except: others, onNote });
  using seen = createDiskMap();
  try {
    for await (const record of adapters[adapter](files, knowledge)) {
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
    passOver(files, lesionTables); // they are read once more, for themselves
    reportUnread(files, adapter);
  } finally {
    files.close();
  }
}

/** Reads a folder into files below `scratch`. A folder that gives no record at all is a user's mistake. */
export async function readSource(
  request: ReadRequest,
  scratch: string,
  onProgress: (done: number) => void = () => {},
): Promise<FirstPass> {
  const [file, links] = [join(scratch, 'records.jsonl'), join(scratch, 'read-links.jsonl')];
  const contents = createHash('sha256');
  const leftOut = createLeftOutTally(request.knowledge);
  const files = createFileReader();
  let present = 0;
  const records = await writeLineFiles({ records: file, links }, async ({ records: writer, links: linkWriter }) => {
    const digested = inOrder(readRecords(request), filesInFlight, async (record) => ({
      record,
      image: await digestImage(record, files),
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
    for await (const link of readLesionTables(request)) {
      contents.update(`${canonicalJson(link)}\n`);
      await linkWriter.write(link);
    }
    return writer.count();
  }).finally(() => files.close());
  const found = { records, leftOut: leftOut.counts() };
  const unusable = whyUnusable({ ...found, folder: request.folder, present });
  if (unusable !== null) throw userMistake(unusable);
  return { file, links, ...found, contents: contents.digest('hex') };
}

/** One line for a folder of which nothing can be used. */
export function whyUnusable({
  folder,
  records,
  present,
  leftOut,
}: Pick<FirstPass, 'records' | 'leftOut'> & { folder: string; present: number }): string | null {
  if (records === 0) {
    const [most] = leftOut;
    const near = most?.near ? `, near ${most.near.join(', ')}` : '';
    const why = most ? `${most.count}: ${most.reason} ${most.detail}${near}` : 'there is none';
    return `${folder}: no row can be used; ${why}`;
  }
  if (present > 0) return null;
  return `${folder}: holds none of the ${records} images; put them in it, in a folder below or in a zip archive`;
}

export const absentReason = (where: string, name: string): string => `${where}: there is no image ${name}`;

/** Of a member that its archive holds damaged, the damage: the second pass quarantines it. */
async function digestImage(record: SourceRecord | LeftOut, files: FileReader): Promise<string | null> {
  if (record.kind === 'left out' || 'absent' in record.image) return null;
  const bytes = await files.read(record.image).catch((error: unknown) => {
    if (error instanceof RangeError) return error.message;
    throw error;
  });
  return hash('sha256', bytes);
}

/** What a record says of its picture, if it becomes no case. */
export const linkOf = (
  { source, group, lesion, archiveIds, officialSplit }: SourceRecord,
  images: Link['images'] = [],
): Link => ({ source, group, lesion, archiveIds, images: images.map(({ sha256 }) => ({ sha256 })), officialSplit });

interface LeftOutTally {
  add(leftOut: LeftOut): void;
  /** Names of malignant diseases first, then the largest; with what unknown labels may have meant. */
  counts(): LeftOutCount[];
}

export function createLeftOutTally(knowledge: Knowledge): LeftOutTally {
  const tally = createTally();
  const isMalignant = createMalignantNames(knowledge.taxonomy);
  return {
    add: ({ reason, detail }) => tally.add(JSON.stringify([reason, detail])),
    counts: () => {
      const all = tally.entries().map(([key, count]): LeftOutCount => {
        const [reason = '', detail = ''] = JSON.parse(key);
        const near = reason === unknownLabel ? nearNames(detail, knowledge) : [];
        const malignant = !reason.startsWith(noSkinPicture) && isMalignant(detail);
        return { reason, detail, count, malignant, ...(near.length > 0 ? { near } : {}) };
      });
      return [...all.filter(({ malignant }) => malignant), ...all.filter(({ malignant }) => !malignant)];
    },
  };
}

/** One line for a person; a malignant disease that is missing from the data is named as such. */
export const leftOutWords = ({ reason, detail, count, malignant, near }: LeftOutCount): string =>
  `${malignant ? 'MALIGNANT, left out' : 'left out'} ${count}: ${reason} ${detail}`.trimEnd() +
  (near ? `; near: ${near.join(', ')}` : '');
