/** Memory of all processes that this one has started, directly or through others, as Linux reports it. */
import { readFileSync } from 'node:fs';

export interface MemorySample {
  atMs: number;
  /** Bytes of each trainer, by process id: VmRSS, for the weights of a model are a mapped file. */
  trainers: Record<number, number>;
  /** Of all processes together, in bytes, what they share counted once (Pss); null in most samples, since it takes longer. */
  total: number | null;
}

const kibibyte = 1024;
const everyMs = 500;
const totalEvery = 10;

/** Samples twice a second until it is stopped. */
export function watchMemory(): { samples: MemorySample[]; stop(): void } {
  const samples: MemorySample[] = [];
  const timer = setInterval(() => samples.push(sample(samples.length % totalEvery === 0)), everyMs);
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

function sample(withTotal: boolean): MemorySample {
  const family = familyOf(process.pid);
  const trainers = family.filter(isTrainer).map((pid) => [pid, bytesOf(pid, 'status', 'VmRSS')]);
  return {
    atMs: Date.now(),
    trainers: Object.fromEntries(trainers),
    total: withTotal ? family.reduce((sum, pid) => sum + bytesOf(pid, 'smaps_rollup', 'Pss'), 0) : null,
  };
}

function familyOf(root: number): number[] {
  const family = [root];
  for (const pid of family)
    family.push(...read(`/proc/${pid}/task/${pid}/children`).split(' ').filter(Boolean).map(Number));
  return family;
}

const isTrainer = (pid: number): boolean => read(`/proc/${pid}/cmdline`).includes('dermflow_trainer');

const bytesOf = (pid: number, file: 'status' | 'smaps_rollup', field: string): number =>
  kibibyte * Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(read(`/proc/${pid}/${file}`))?.[1] ?? 0);

/** Empty where the process is gone. */
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
