/** What heartbeats carry, for the display: what an activity does, what moves, since when nothing did. */
import { z } from 'zod';

/** A file on its way. */
const transferSchema = z.object({
  way: z.enum(['downloading', 'uploading', 'reading']),
  name: z.string(),
  /** In bytes. */
  done: z.number().nonnegative(),
  total: z.number().nonnegative(),
  /** Since a byte moved, in milliseconds of the worker's clock: a moment would be read by another machine's. */
  silentMs: z.number().nonnegative(),
});
export type Transfer = z.infer<typeof transferSchema>;

export const motionSchema = z.object({
  /** Since anything moved: a count, a piece of a reply, a byte. Absent in heartbeats of earlier versions. */
  silentMs: z.number().nonnegative().default(0),
  /** The largest of the files that are on their way, null where there is none. */
  transfer: transferSchema.nullable().default(null),
});
export type Motion = z.infer<typeof motionSchema>;

/** What an activity says that counts what it has done; `total` is 0 where nobody knows it. */
export const workHeartbeatSchema = motionSchema.extend({ phase: z.string(), done: z.number(), total: z.number() });
export type WorkHeartbeat = z.infer<typeof workHeartbeatSchema>;
