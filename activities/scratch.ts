/**
 * Temporary folders on a machine's fast disk, which other machines and containers may share: `<label>-XXXXXX/` holds the
 * work and, beside it, a record of its owner. A folder without such a record is left alone.
 */
import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, open, readdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { explainDiskError, explainNoFolder } from './disk/disk-errors.ts';
import { createLeaseWatch, keepRenewing, type LeaseWatch, leaseTimes, timeIn } from './lease.ts';
import { ownerSchema, stateOf, thisProcess } from './owner.ts';
import { removeFolder } from './remove-folder.ts';

/** Beside the work; renewed as a lease while its owner lives. */
export const ownerFile = 'dermflow-owner.json';
const workFolder = 'work';

const recordSchema = z.object({ schema: z.literal(1), id: z.string(), owner: ownerSchema });
export type ScratchRecord = z.infer<typeof recordSchema>;

/**
 * Gives `work` an empty folder below `scratch` and removes it afterwards, whatever happened. A full or unwritable disk is
 * `Unavailable`, naming the folder.
 */
export async function withScratchFolder<T>(
  scratch: string,
  label: string,
  work: (folder: string) => Promise<T>,
  renewEveryMs = leaseTimes.renewEveryMs,
): Promise<T> {
  const folder = await makeScratchFolder(scratch, label, renewEveryMs);
  try {
    return await work(folder.path);
  } catch (error) {
    throw explainDiskError(error, scratch);
  } finally {
    await folder.remove();
  }
}

export interface ScratchFolder {
  path: string;
  remove(): Promise<void>;
}

/** The same for work that no single function holds. */
export async function makeScratchFolder(
  scratch: string,
  label: string,
  renewEveryMs = leaseTimes.renewEveryMs,
): Promise<ScratchFolder> {
  const id = randomUUID();
  inUse.add(id);
  try {
    await mkdir(scratch, { recursive: true });
    const place = await mkdtemp(join(scratch, `${label}-`));
    const path = join(place, workFolder);
    try {
      await writeRecord(place, id);
      await mkdir(path);
    } catch (error) {
      await remove(place);
      throw error;
    }
    const stopRenewing = keepRenewing(join(place, ownerFile), renewEveryMs);
    return {
      path,
      remove: async () => {
        await stopRenewing();
        if (!leftBehind.delete(path)) await remove(place);
        inUse.delete(id);
      },
    };
  } catch (error) {
    inUse.delete(id);
    throw explainNoFolder(error, scratch);
  }
}

function writeRecord(place: string, id: string): Promise<void> {
  const record: ScratchRecord = { schema: 1, id, owner: thisProcess() };
  return writeFile(join(place, ownerFile), JSON.stringify(record));
}

/** The work goes first, so that what an interrupted removal leaves is still recognised. */
async function remove(place: string): Promise<void> {
  await removeFolder(join(place, workFolder));
  await removeFolder(place);
}

/** The folders that this process works in. */
const inUse = new Set<string>();

const leftBehind = new Set<string>();

/** The folder outlives its work: what is worth keeping could not be taken out of it. The next sweep tries again. */
export const leaveBehind = (folder: string): void => void leftBehind.add(folder);

/** Moves a folder to where the next sweep finds it, as one that nobody works in. */
export async function putAside(scratch: string, folder: string): Promise<void> {
  const place = await mkdtemp(join(scratch, 'aside-'));
  // On a full disk the record stays empty, and the folder is judged by its time.
  await writeRecord(place, randomUUID()).catch(() => {});
  await rename(folder, join(place, workFolder));
}

/** One for all sweeps of this process, so that what it has watched still counts. */
const watch = createLeaseWatch();

/**
 * Removes folders that were left, e.g. after a `kill -9`; `rescue` first takes out of each what is worth keeping, and
 * says whether it could. A folder is left
 *
 * - of this host, boot and process namespace: when its process is gone or another one has its number, at once;
 * - of any other owner: when its lease was given up ({@link LeaseWatch}), so never at the first sweep.
 */
export async function sweepScratch(
  scratch: string,
  rescue: (folder: string) => Promise<boolean>,
  leases: LeaseWatch = watch,
): Promise<void> {
  for (const name of await readdir(scratch).catch(() => [])) {
    const place = join(scratch, name);
    const found = await readRecord(place);
    if (found === null || !(await isLeft(scratch, place, found, leases))) continue;
    // One that another user left may not be removed by this one.
    if (await rescue(place)) await remove(place).catch(() => {});
  }
}

interface Found {
  /** Null where a full disk or a crash left it half written. */
  record: ScratchRecord | null;
  renewedAt: number;
}

/** Null for what is no scratch folder, or one whose owner is just removing it. */
async function readRecord(place: string): Promise<Found | null> {
  const handle = await open(join(place, ownerFile)).catch(() => null);
  if (handle === null) return null;
  try {
    // Opened each time: a client of a file server would otherwise return the time in its cache.
    const { mtimeMs } = await handle.stat();
    return { record: parseRecord(await handle.readFile('utf8')), renewedAt: mtimeMs };
  } catch {
    return null;
  } finally {
    await handle.close();
  }
}

function parseRecord(text: string): ScratchRecord | null {
  try {
    return recordSchema.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

async function isLeft(scratch: string, place: string, { record, renewedAt }: Found, leases: LeaseWatch) {
  if (record?.owner.id === thisProcess().id) return !inUse.has(record.id);
  const state = record === null ? 'elsewhere' : stateOf(record.owner);
  if (state !== 'elsewhere') return state === 'gone';
  const now = await timeIn(scratch);
  return now !== null && leases.isGivenUp({ name: place, renewedAt }, now);
}
