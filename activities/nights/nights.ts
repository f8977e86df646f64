/** The nights of a schedule as the store has them. */
import type { ArtifactRef } from '../../domain/artifact.ts';
import { artifactFiles } from '../../domain/artifact-files.ts';
import type { Night } from '../../domain/evaluation/nightly.ts';
import { type Measured, type NightRecord, nightsPrefix } from '../../domain/nights/record.ts';
import { concurrently } from '../concurrently.ts';
import type { ArtifactStore } from '../ports/artifact-store.ts';
import { flatMapRows, listRows } from '../rows.ts';
import { readJson } from '../store/commit.ts';
import { type ReadingFrom, withRows } from '../store/rows.ts';

export interface KeptNight {
  ref: ArtifactRef;
  record: NightRecord;
}

const readsInFlight = 16;
/** Those of the last two years and more; older ones stay in the store and are not read. */
const mostNights = 800;

/** The oldest first. Of a night that was done again the record that is whole. */
export async function readNights(store: ArtifactStore, namespace: string, schedule: string): Promise<KeptNight[]> {
  const keys = await store.keys('night', nightsPrefix(namespace, schedule));
  const byNight = Map.groupBy(keys.toSorted(), (key) => key.slice(0, key.lastIndexOf('/')));
  // `part` sorts before `whole`.
  const newest = [...byNight.values()].flatMap((own) => own.slice(-1)).slice(-mostNights);
  const read = await concurrently(newest, readsInFlight, (key) => readNight(store, key));
  return read.filter((night) => night !== null);
}

async function readNight(store: ArtifactStore, key: string): Promise<KeptNight | null> {
  const ref = await store.find('night', key);
  const { record } = artifactFiles.night;
  return ref && { ref, record: await readJson(store, ref, record.name, record.schema) };
}

/** A night as it is compared: the scores of its answers. */
export async function toNight(
  from: ReadingFrom,
  night: string,
  { evaluation, reader, digests, anchors }: Pick<Measured, 'evaluation' | 'reader' | 'digests' | 'anchors'>,
): Promise<Night> {
  const { items } = artifactFiles.benchmark;
  const scores = await withRows(from, evaluation, items, (rows) =>
    listRows(flatMapRows(rows, (item) => [{ id: item.id, group: item.group, score: item[reader].score }])),
  );
  return { night, digests, scores, anchors };
}
