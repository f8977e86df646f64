/**
 * What moves while an activity works. The store and the connections to language models note it wherever they run inside
 * the activity, found as Temporal finds an activity's context; its heartbeats carry it.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Motion, Transfer } from '../domain/heartbeats.ts';

interface Underway extends Omit<Transfer, 'silentMs'> {
  movedAt: number;
}

interface Here {
  meter: MotionMeter;
  transfer: Underway | null;
}

const context = new AsyncLocalStorage<Here>();

export class MotionMeter {
  readonly #underway = new Set<Underway>();
  #workAt = performance.now();
  #bytesAt = performance.now();

  /** What runs inside `work` is noted here. */
  follow<T>(work: () => Promise<T>): Promise<T> {
    return context.run({ meter: this, transfer: null }, work);
  }

  /** Something moved that is no byte of a file: a count, a step, a piece of a reply. */
  note(): void {
    this.#workAt = performance.now();
  }

  /** @param besides bytes that move beside the work, such as uploads beside a training, do not count as its movement */
  state({ besides = false } = {}): Motion {
    const now = performance.now();
    const [largest] = [...this.#underway].toSorted((a, b) => b.total - b.done - (a.total - a.done));
    const silentMs = Math.round(now - (besides ? this.#workAt : Math.max(this.#workAt, this.#bytesAt)));
    if (!largest) return { silentMs, transfer: null };
    const { way, name, done, total } = largest;
    // While one file waits others may move.
    const movedAt = Math.max(...[...this.#underway].map((each) => each.movedAt));
    return { silentMs, transfer: { way, name, done, total, silentMs: Math.round(now - movedAt) } };
  }

  async transferring<T>(transfer: Underway, work: () => Promise<T>): Promise<T> {
    this.#underway.add(transfer);
    try {
      return await context.run({ meter: this, transfer }, work);
    } finally {
      this.#underway.delete(transfer);
    }
  }

  /** @param bytes negative where they must be sent again */
  moved(transfer: Underway | null, bytes: number): void {
    const now = performance.now();
    if (bytes >= 0) this.#bytesAt = now;
    if (!transfer) return;
    transfer.done = Math.max(0, transfer.done + bytes);
    if (bytes > 0) transfer.movedAt = now;
  }
}

/** A file on its way while `work` runs; outside an activity it is no more than `work`. */
export function transferring<T>(way: Transfer['way'], name: string, total: number, work: () => Promise<T>): Promise<T> {
  const here = context.getStore();
  if (!here) return work();
  return here.meter.transferring({ way, name, done: 0, total, movedAt: performance.now() }, work);
}

/** Notes bytes of the file that is on its way here. What is called back by a socket must ask for this beforehand. */
export function byteCounter(): (bytes: number) => void {
  const here = context.getStore();
  return (bytes) => here?.meter.moved(here.transfer, bytes);
}

/** Notes that the work here goes on. */
export function workNoter(): () => void {
  const here = context.getStore();
  return () => here?.meter.note();
}
