/** Memory of all processes that this one has started, directly or through others, as Linux tells it. */
import { readFileSync } from 'node:fs';

export interface MemorySample {
  atMs: number;
  /** Bytes of their own (RssAnon) of each trainer, by process id. */
  trainers: Record<number, number>;
  /** Of all processes together, in bytes. */
  total: number;
}

const kibibyte = 1024;
const everyMs = 500;

/** Samples twice a second until it is stopped. Pages of files that processes map are not theirs, and not counted. */
export function watchMemory(): { samples: MemorySample[]; stop(): void } {
  const samples: MemorySample[] = [];
  const timer = setInterval(() => samples.push(sample()), everyMs);
  return { samples, stop: () => clearInterval(timer) };
}

/** The most that one trainer held between two moments, in bytes; 0 where there was none. */
export const peakBetween = (samples: readonly MemorySample[], fromMs: number, toMs: number): number =>
  Math.max(
    0,
    ...samples.filter(({ atMs }) => atMs >= fromMs && atMs <= toMs).flatMap(({ trainers }) => Object.values(trainers)),
  );

/**
 * What a trainer holds without a model, in bytes: the most of the one that waits for its job while another one has one. 0
 * where none was seen.
 */
export const librariesOf = (samples: readonly MemorySample[]): number =>
  Math.max(
    0,
    ...samples
      .map(({ trainers }) => Object.values(trainers))
      .flatMap((held) => (held.length < 2 ? [] : [Math.min(...held)])),
  );

/** Ids of the trainers below a process, the oldest first. */
export const trainersBelow = (pid: number): number[] =>
  familyOf(pid)
    .filter(isTrainer)
    .toSorted((a, b) => a - b);

function sample(): MemorySample {
  const family = familyOf(process.pid).map((pid) => ({ pid, bytes: ownBytesOf(pid) }));
  return {
    atMs: Date.now(),
    trainers: Object.fromEntries(family.filter(({ pid }) => isTrainer(pid)).map(({ pid, bytes }) => [pid, bytes])),
    total: family.reduce((sum, { bytes }) => sum + bytes, 0),
  };
}

function familyOf(root: number): number[] {
  const family = [root];
  for (const pid of family)
    family.push(...read(`/proc/${pid}/task/${pid}/children`).split(' ').filter(Boolean).map(Number));
  return family;
}

const isTrainer = (pid: number): boolean => read(`/proc/${pid}/cmdline`).includes('dermflow_trainer');

const ownBytesOf = (pid: number): number =>
  kibibyte * Number(/^RssAnon:\s+(\d+) kB$/m.exec(read(`/proc/${pid}/status`))?.[1] ?? 0);

/** Empty where the process is gone. */
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
