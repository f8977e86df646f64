/** What an optimiser keeps for each trainable number. */
import type { TrlFields } from './check.ts';

/** Bytes of state per parameter, in fp32 where the name says nothing else. What factors its state keeps next to none. */
const stateBytes: Readonly<Record<string, number>> = {
  sgd: 0,
  adafactor: 0,
  adagrad: 4,
  rmsprop: 4,
  rmsprop_bnb: 4,
  rmsprop_bnb_32bit: 4,
  rmsprop_bnb_8bit: 1,
  lion_32bit: 4,
  paged_lion_32bit: 4,
  lion_8bit: 1,
  paged_lion_8bit: 1,
  ademamix: 12,
  paged_ademamix_32bit: 12,
  ademamix_8bit: 3,
  paged_ademamix_8bit: 3,
  adamw_8bit: 2,
  adamw_bnb_8bit: 2,
  paged_adamw_8bit: 2,
  adamw_torch_8bit: 2,
  adamw_torch_4bit: 1,
};
const adamBytes = 8;

/** Bytes per trainable parameter that `trl.optim` keeps beside it; two moments in fp32 where it is a kind of AdamW. */
export const optimiserBytes = (trl: TrlFields | undefined): number =>
  (typeof trl?.optim === 'string' ? stateBytes[trl.optim] : undefined) ?? adamBytes;
