/** Turns a folder in a data set's own layout into a `dataset` artifact: cases, their images, and what was left out. */
import { join } from 'node:path';
import { z } from 'zod';
import { type ArtifactRef, canonicalJson, type Manifest } from '../../../domain/artifact.ts';
import { type Case, caseSchema } from '../../../domain/cases/case.ts';
import { datasetFiles } from '../../../domain/cases/dataset-files.ts';
import { linkSchema } from '../../../domain/cases/groups.ts';
import {
  type ConceptCase,
  conceptCaseSchema,
  type ReadyCase,
  readyCaseSchema,
} from '../../../domain/cases/undiagnosed.ts';
import { DermflowError, failureTypes } from '../../../domain/failures.ts';
import { commitOnce } from '../../commit-once.ts';
import { inOrder } from '../../in-order.ts';
import { fileRows, ownRows, writeLineFiles } from '../../json-lines.ts';
import type { ArtifactStore } from '../../ports/artifact-store.ts';
import { withScratchFolder } from '../../scratch.ts';
import { readJson } from '../../store/commit.ts';
import type { ImageBudget } from '../images/image-size.ts';
import { type BadImage, imageSoftware, imagesInFlight, importImage, type StoredImage } from '../images/intake.ts';
import { createDiskMap } from '../opening/disk-map.ts';
import { createFileReader, type FileReader } from '../opening/file-ref.ts';
import type { SourceRecord } from '../records/record.ts';
import { absentReason, type FirstPass, type LeftOutCount, linkOf, type ReadRequest, readSource } from './first-pass.ts';
import { createImportTally, tooManyBad } from './import-tally.ts';

export const importMethod = 'import/6';

const leftOutCountSchema = z.object({
  reason: z.string(),
  detail: z.string(),
  count: z.number(),
  near: z.array(z.string()).exactOptional(),
  malignant: z.boolean().default(false), // reports of earlier versions do not say it
});

/** Rows that an import left out although their labels name a malignant disease. */
export async function readMalignantLeftOut(store: ArtifactStore, imported: Manifest): Promise<LeftOutCount[]> {
  const { leftOutBy } = await readJson(
    store,
    imported,
    reportFile.name,
    z.object({ leftOutBy: z.array(leftOutCountSchema) }),
  );
  return leftOutBy.filter(({ malignant }) => malignant);
}

/** Files of an imported artifact: cases, items with a question of their own, pictures with concepts only, and links. */
const { cases, ready, concepts, links, report: reportFile } = datasetFiles;

interface ImportSettings extends ImageBudget {
  /** Share of unusable images, 0 to 1, above which the import fails. */
  maxBadShare: number;
}

/** Counts that stand in the artifact's manifest. */
export const importFactsSchema = z.object({
  cases: z.number(),
  ready: z.number(),
  concepts: z.number(),
  quarantined: z.number(),
  duplicates: z.number(),
  leftOut: z.number(),
  /** Of these, rows whose label names a malignant disease. */
  leftOutMalignant: z.number().default(0),
});

export interface ImportRequest extends ReadRequest {
  store: ArtifactStore;
  settings: ImportSettings;
  /** Fast local disk for what does not fit in memory. */
  scratch: string;
  /** Key under which the result is found again; defaults to the digest of what the folder holds. */
  key?: string;
  onProgress?: (phase: 'reading' | 'importing', done: number, total: number) => void;
}

/**
 * Imports a data set. The same contents are imported once. Until all is done nothing but blobs is written, and memory
 * does not grow with the number of images. Mistakes in tables are `UserMistake`; too many images that are absent or
 * unusable are `BadData`.
 */
export function importDataset(request: ImportRequest): Promise<ArtifactRef> {
  const { store, adapter, settings, knowledge, onProgress } = request;
  return withScratchFolder(request.scratch, 'import', async (scratch) => {
    const reading = await readSource(request, scratch, (done) => onProgress?.('reading', done, 0));
    const work = {
      kind: 'dataset' as const,
      method: importMethod,
      inputs: { contents: reading.contents, knowledge: knowledge.digest },
      params: { adapter, software: imageSoftware, ...settings },
    };
    return commitOnce(store, { ...work, ...(request.key === undefined ? {} : { key: request.key }) }, async () => {
      const { facts, report } = await importRecords(reading, request, scratch);
      const rows = [cases, ready, concepts, links].map(({ name }) => [name, { path: join(scratch, name) }] as const);
      return { facts, files: { ...Object.fromEntries(rows), [reportFile.name]: canonicalJson(report) } };
    });
  });
}

type ImportFacts = z.infer<typeof importFactsSchema>;

/** Writes the four files of rows below `scratch`. */
async function importRecords(
  reading: FirstPass,
  { store, settings, onProgress, signal }: ImportRequest,
  scratch: string,
): Promise<{ facts: ImportFacts; report: Record<string, unknown> }> {
  const outcome = createImportTally();
  using owners = createDiskMap();
  const files = createFileReader();
  const paths = {
    case: join(scratch, cases.name),
    question: join(scratch, ready.name),
    concepts: join(scratch, concepts.name),
    links: join(scratch, links.name),
  };
  const written = await writeLineFiles(paths, async (writers) => {
    for await (const link of fileRows(reading.links, linkSchema)) await writers.links.write(link);
    let done = 0;
    const records = ownRows<SourceRecord>(reading.file);
    const imported = inOrder(records, imagesInFlight, async (record) => {
      signal?.throwIfAborted();
      return { record, stored: await importOne(store, record, settings, files) };
    });
    for await (const { record, stored } of imported) {
      onProgress?.('importing', ++done, reading.records);
      if ('badImage' in stored) {
        outcome.quarantine(stored);
        await writers.links.write(linkOf(record));
        if (outcome.quarantined() > settings.maxBadShare * reading.records)
          throw new DermflowError(failureTypes.badData, tooManyBad(outcome, reading.records, settings.maxBadShare));
        continue;
      }
      const made = makeCase(record, stored);
      // A question may be one of several on its image; a second case of the same pixels might land in another split.
      const [sameAs] = record.kind === 'question' ? [] : owners.get(stored.image.sha256);
      if (sameAs !== undefined) {
        outcome.repeat(made.id, sameAs);
        await writers.links.write(linkOf(record, [stored.image]));
        continue;
      }
      owners.add(stored.image.sha256, made.id);
      await writers[record.kind].write(made);
      outcome.count(made);
    }
    return {
      cases: writers.case.count(),
      ready: writers.question.count(),
      concepts: writers.concepts.count(),
    };
  }).finally(() => files.close());
  const sum = (rows: readonly LeftOutCount[]): number => rows.reduce((total, { count }) => total + count, 0);
  const facts = {
    ...written,
    quarantined: outcome.quarantined(),
    duplicates: outcome.repeats(),
    leftOut: sum(reading.leftOut),
    leftOutMalignant: sum(reading.leftOut.filter(({ malignant }) => malignant)),
  };
  return { facts, report: { ...facts, ...outcome.report(), leftOutBy: reading.leftOut } };
}

const importOne = async (
  store: ArtifactStore,
  record: SourceRecord,
  settings: ImportSettings,
  files: FileReader,
): Promise<StoredImage | BadImage> =>
  'path' in record.image
    ? importImage(store, record.image, settings, files)
    : { badImage: absentReason(record.where, record.image.absent) };

function makeCase(record: SourceRecord, { image, perceptualHash }: StoredImage): Case | ReadyCase | ConceptCase {
  const { kind, where: _, image: __, ...content } = record;
  const picture = { ...content, id: `${record.source}/${record.id}`, images: [image], look: perceptualHash };
  if (kind === 'question') return readyCaseSchema.parse(picture);
  return kind === 'concepts' ? conceptCaseSchema.parse(picture) : caseSchema.parse(picture);
}
