/**
 * Checkpoints that no store has: kept in `<scratch>/kept/<stage>/step-…` when an attempt ends before its newest one could
 * be stored, taken up by the next attempt at the same stage on this machine. Each move is one rename of a sealed folder,
 * so a process that is killed anywhere leaves a checkpoint either where it was or where it went.
 *
 * Room: two checkpoints of a stage, four stages, fourteen days. Beyond that the oldest go, stored or not; those that the
 * store has by then go when a worker starts and when a stretch has ended.
 */
import { mkdir, readdir, rename, rmdir, stat, utimes } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Logger } from 'pino';
import { DermflowError } from '../../domain/failures.ts';
import { leaveBehind, putAside, sweepScratch } from '../scratch.ts';
import { findSealed, isUnbroken, readSeal, removeSealed, type SealedCheckpoint } from './seal.ts';

const keptPerStage = 2;
export const keptStages = 4;
const keptDays = 14;

const dayMs = 86_400_000;

const home = (scratch: string): string => join(scratch, 'kept');
const placeOf = (scratch: string, { stageKey, step }: Pick<SealedCheckpoint, 'stageKey' | 'step'>): string =>
  join(home(scratch), stageKey, `step-${String(step).padStart(8, '0')}`);

const byStep = (a: SealedCheckpoint, b: SealedCheckpoint): number => b.step - a.step;

/**
 * Moves the newest sealed checkpoints out of an attempt's folder to where the next attempt looks; returns them. Throws
 * where one cannot be moved, e.g. on a full disk.
 */
export async function keepSealed(scratch: string, folder: string, logger: Logger): Promise<SealedCheckpoint[]> {
  const kept: SealedCheckpoint[] = [];
  for (const checkpoint of (await findSealed(folder)).toSorted(byStep).slice(0, keptPerStage)) {
    const place = placeOf(scratch, checkpoint);
    if (!(await moveTo(scratch, place, checkpoint.folder))) continue;
    const now = new Date();
    await utimes(place, now, now).catch(() => {}); // taken already, by the next attempt
    logger.warn({ step: checkpoint.step, place }, 'checkpoint is not in the store yet; it is kept on this machine');
    kept.push({ ...checkpoint, folder: place });
  }
  return kept;
}

/**
 * False where the same step is kept already, or another process was first to move it. What stands in the way without a
 * seal, because a removal was cut off, is put aside for the next sweep and not removed here: another process may have
 * put a whole one there meanwhile.
 */
async function moveTo(scratch: string, place: string, folder: string): Promise<boolean> {
  for (let tries = 1; tries <= 3; tries++) {
    await mkdir(dirname(place), { recursive: true });
    if (await renamed(folder, place)) return true;
    if ((await readSeal(place)) !== null) return false;
    // Another process may also have moved it meanwhile, and an attempt have taken it from there.
    if ((await readSeal(folder)) === null) return false;
    await putAside(scratch, place).catch(() => {}); // another process was first
  }
  throw new Error(`${folder} cannot be moved to ${place}`);
}

const renamed = (from: string, to: string): Promise<boolean> =>
  rename(from, to).then(
    () => true,
    () => false,
  );

/** Does an attempt's work in its folder; where it fails, what no store has is kept and the failure says so. */
export async function keepingUnsaved<T>(
  scratch: string,
  folder: string,
  logger: Logger,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const [newest] = await keepSealed(scratch, folder, logger).catch((reason: unknown) => {
      logger.error({ folder, reason: String(reason) }, 'checkpoint could not be kept; its folder stays');
      leaveBehind(folder);
      return [];
    });
    if (!newest || !(error instanceof DermflowError)) throw error;
    const where = `step ${newest.step} is kept on this worker's disk, and the next attempt there stores it first`;
    throw new DermflowError(error.type, `${error.message}; ${where}`, { cause: error });
  }
}

/** Frees the folders of processes that are gone, e.g. after a `kill -9`; their sealed checkpoints are kept. */
export const sweepAndKeep = (scratch: string, logger: Logger): Promise<void> =>
  sweepScratch(scratch, (folder) =>
    keepSealed(scratch, folder, logger).then(
      () => true,
      (reason: unknown) => {
        logger.error({ folder, reason: String(reason) }, 'checkpoint could not be kept; its folder stays');
        return false;
      },
    ),
  );

/** All that are kept for a stage, the highest step first. */
export const keptOf = async (scratch: string, stageKey: string): Promise<SealedCheckpoint[]> =>
  (await findSealed(join(home(scratch), stageKey))).toSorted(byStep);

/**
 * Moves the newest unbroken checkpoint of a stage, of a step above the store's newest and up to the stretch's end, into
 * `folder`, an attempt's own; null where there is none. Broken ones are removed.
 */
export async function takeKept(
  scratch: string,
  stageKey: string,
  { above, upTo }: { above: number; upTo: number },
  folder: string,
  logger: Logger,
): Promise<SealedCheckpoint | null> {
  for (const checkpoint of await keptOf(scratch, stageKey)) {
    if (checkpoint.step <= above || checkpoint.step > upTo) continue;
    const own = join(folder, `kept-${checkpoint.step}`);
    // False: another attempt took it.
    if (!(await renamed(checkpoint.folder, own))) continue;
    if (await isUnbroken({ ...checkpoint, folder: own })) return { ...checkpoint, folder: own };
    logger.warn({ step: checkpoint.step, stageKey }, 'kept checkpoint is damaged, taking the one before');
    await removeSealed(own);
  }
  return null;
}

/**
 * Holds the kept checkpoints to their room. `stored` returns the highest step of a stage that the store has; where it
 * throws, because the store is away, nothing is taken for stored.
 */
export async function pruneKept(
  scratch: string,
  stored: (stageKey: string) => Promise<number | null>,
  logger: Logger,
  now = Date.now(),
): Promise<void> {
  const left: { checkpoint: SealedCheckpoint; keptAt: number }[] = [];
  const remove = async ({ stageKey, step, folder }: SealedCheckpoint, reason: string): Promise<void> => {
    logger.warn({ stageKey, step, reason }, 'kept checkpoint removed');
    await removeSealed(folder);
  };
  for (const stageKey of await readdir(home(scratch)).catch(() => [])) {
    const newest = (await stored(stageKey).catch(() => null)) ?? -1;
    for (const [i, checkpoint] of (await keptOf(scratch, stageKey)).entries()) {
      const keptAt = (await stat(checkpoint.folder)).mtimeMs;
      if (newest >= checkpoint.step) await remove(checkpoint, 'the store has this step or a later one');
      else if (i >= keptPerStage) await remove(checkpoint, `a stage keeps ${keptPerStage}`);
      else if (now - keptAt > keptDays * dayMs) await remove(checkpoint, `older than ${keptDays} days`);
      else left.push({ checkpoint, keptAt });
    }
  }
  const stages = new Map<string, SealedCheckpoint[]>();
  for (const { checkpoint } of left.toSorted((a, b) => b.keptAt - a.keptAt)) {
    stages.set(checkpoint.stageKey, [...(stages.get(checkpoint.stageKey) ?? []), checkpoint]);
  }
  for (const checkpoint of [...stages.values()].slice(keptStages).flat()) {
    await remove(checkpoint, `a machine keeps ${keptStages} stages`);
  }
  // Only empty ones: an attempt may be keeping something there at this moment.
  for (const name of await readdir(home(scratch)).catch(() => []))
    await rmdir(join(home(scratch), name)).catch(() => {});
  await rmdir(home(scratch)).catch(() => {});
}
