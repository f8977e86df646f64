/** Turns a folder in a data set's own layout into a `dataset` artifact: cases, their images, and what was left out. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { z } from 'zod';
import { type ArtifactRef, canonicalJson, digestOf, workKey } from '../../domain/artifact.ts';
import { type Case, caseSchema } from '../../domain/cases/case.ts';
import { DermflowError, failureTypes, userMistake } from '../../domain/failures.ts';
import type { Knowledge } from '../../domain/knowledge/knowledge.ts';
import type { AdapterName } from '../../domain/recipe.ts';
import { concurrently } from '../concurrently.ts';
import type { ArtifactStore } from '../ports/artifact-store.ts';
import { commitFiles, toJsonLines } from '../store/commit.ts';
import { readHam10000 } from './ham10000.ts';
import type { ImageBudget } from './image-size.ts';
import { type BadImage, imageSoftware, imagesInFlight, importImage } from './images.ts';
import { type DatasetAdapter, listSome, requireFolder, type SourceRecord } from './source.ts';
import { readTextbook } from './textbook.ts';

export const adapters: Record<AdapterName, DatasetAdapter> = { ham10000: readHam10000 };
const method = 'import/1';

export interface ImportSettings extends ImageBudget {
  /** Share of unusable images, 0 to 1, above which the import fails. */
  maxBadShare: number;
}

/** Counts that stand in the artifact's manifest. */
export const importFactsSchema = z.object({
  cases: z.number(),
  textbook: z.number(),
  quarantined: z.number(),
  duplicates: z.number(),
});

export interface ImportRequest {
  store: ArtifactStore;
  folder: string;
  adapter: AdapterName;
  settings: ImportSettings;
  knowledge: Knowledge;
  /** Key under which the result is found again; defaults to the digest of what the folder holds. */
  key?: string;
  onProgress?: (phase: 'reading' | 'importing', done: number, total: number) => void;
  signal?: AbortSignal;
}

/**
 * Imports the data set and, where there is one, its `textbook/` folder. The same contents are imported once. Until all
 * is done nothing but blobs is written. Mistakes in tables are `UserMistake`; too many unusable images are `BadData`.
 */
export async function importDataset(request: ImportRequest): Promise<ArtifactRef> {
  const { store, folder, adapter, settings, knowledge } = request;
  await requireFolder(folder);
  const textbook = await readTextbook(folder, knowledge);
  const records = [...textbook, ...(await adapters[adapter](folder, knowledge))];
  requireDistinct(records);

  const contents = await digestContents(records, request);
  const work = {
    method,
    inputs: { contents, knowledge: knowledge.digest },
    params: { adapter, software: imageSoftware, ...settings },
  };
  const key = request.key ?? workKey(work);
  const known = await store.find('dataset', key);
  if (known) return known;

  const { cases, quarantined, duplicates } = await importRecords(records, request);
  const count = (label: string): number => cases.filter((c) => c.source === label).length;
  const facts = {
    cases: count(adapter),
    textbook: count('textbook'),
    quarantined: quarantined.length,
    duplicates: duplicates.length,
  };
  const diagnoses = Object.fromEntries(
    [...Map.groupBy(cases, (c) => c.diagnosis)].map(([name, of]) => [name, of.length]),
  );
  return commitFiles(
    store,
    { kind: 'dataset', key, ...work, facts },
    {
      'cases.jsonl': { data: toJsonLines(cases) },
      'report.json': { data: canonicalJson({ ...facts, diagnoses, quarantine: quarantined, leftOut: duplicates }) },
    },
  );
}

/** A case has one identity in its set and its textbook together. */
function requireDistinct(records: readonly SourceRecord[]): void {
  const sources = new Map<string, string>();
  for (const { id, source } of records) {
    const other = sources.get(id);
    if (other !== undefined) throw userMistake(`case "${id}" is in ${other} and in ${source}; rename one`);
    sources.set(id, source);
  }
}

/** Digest of the records with each image's bytes in the place of its path. */
async function digestContents(
  records: readonly SourceRecord[],
  { onProgress, signal }: ImportRequest,
): Promise<string> {
  let done = 0;
  const identities = await concurrently(records, imagesInFlight, async ({ image, ...record }) => {
    signal?.throwIfAborted();
    const hash = createHash('sha256');
    for await (const chunk of createReadStream(image)) hash.update(chunk);
    onProgress?.('reading', ++done, records.length);
    return { ...record, image: hash.digest('hex') };
  });
  return digestOf(canonicalJson(identities));
}

interface Imported {
  cases: Case[];
  quarantined: { id: string; reason: string }[];
  /** Left out because an earlier case has the same pixels: it might stand in another split. */
  duplicates: { id: string; sameAs: string }[];
}

async function importRecords(records: readonly SourceRecord[], request: ImportRequest): Promise<Imported> {
  const { store, settings, onProgress, signal } = request;
  const bad: BadImage[] = [];
  let done = 0;
  const images = await concurrently(records, imagesInFlight, async (record) => {
    signal?.throwIfAborted();
    const image = await importImage(store, record.image, settings);
    if ('badImage' in image) {
      bad.push(image);
      if (bad.length > settings.maxBadShare * records.length) throw tooManyBad(bad, records.length, settings);
    }
    onProgress?.('importing', ++done, records.length);
    return image;
  });

  const result: Imported = { cases: [], quarantined: [], duplicates: [] };
  const owners = new Map<string, string>();
  for (const [index, { image: file, ...record }] of records.entries()) {
    const image = images[index];
    if (image === undefined) throw new RangeError(`${basename(file)} was not imported`);
    if ('badImage' in image) {
      result.quarantined.push({ id: record.id, reason: image.badImage });
      continue;
    }
    const owner = owners.get(image.sha256);
    if (owner !== undefined) result.duplicates.push({ id: record.id, sameAs: owner });
    else result.cases.push(caseSchema.parse({ ...record, images: [image] }));
    owners.set(image.sha256, owner ?? record.id);
  }
  return result;
}

function tooManyBad(bad: readonly BadImage[], total: number, { maxBadShare }: ImportSettings): DermflowError {
  const files = listSome(
    bad.map(({ badImage }) => badImage),
    3,
  );
  const allowed = `data.maxBadShare ${maxBadShare} allows ${Math.floor(maxBadShare * total)} of ${total} images to be unusable`;
  return new DermflowError(
    failureTypes.badData,
    `${files}: ${allowed}; repair the files or remove them with their rows`,
  );
}
