/** Devices share a step's sequences evenly, or the trainer would refuse the job after hours of other work. */
import { userMistake } from '../failures.ts';
import { type Stage, type StageRow, stages, type Trains } from '../stages/index.ts';

/**
 * Throws a user's mistake for the first stage of the recipe whose steps the devices do not divide.
 *
 * @param own stages of the recipe's method
 */
export function requireEvenBatches(own: readonly Stage[], recipe: Trains, devices: number): void {
  for (const name of own) {
    const row: StageRow = stages[name];
    if (row.ends(recipe).length === 0) continue;
    const { setting, sequences } = row.step(recipe);
    const { perDeviceBatchSize: atOnce } = row.memory(recipe).settings;
    if (sequences % (atOnce * devices) === 0) continue;
    throw userMistake(
      `${setting}.perDeviceBatchSize is ${atOnce}: on the ${devices} devices of this gpu worker it does not divide the ${sequences} sequences of a step; lower it, or DERMFLOW_TRAINER_PROCESSES`,
    );
  }
}
