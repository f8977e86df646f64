/** The protocol of `trainer.ts` as JSON Schema (draft 7), by which the trainer checks what it reads. */
import { z } from 'zod';
import { rewardResponseSchema } from './rewards/exchange.ts';
import { chatRowSchema, trainerEventSchema, trainerJobSchema } from './trainer.ts';

/**
 * Jobs by kind, events by name, a row, and the answer to a request for rewards. The trainer's copy is
 * `trainer/dermflow_trainer/schema.json`; after a change of the protocol rewrite it: `node infra/write-trainer-schema.ts`.
 */
export const trainerSchemas = () => ({
  jobs: Object.fromEntries(trainerJobSchema.options.map((job) => [job.shape.job.value, jsonSchema(job)])),
  events: Object.fromEntries(trainerEventSchema.options.map((event) => [event.shape.event.value, jsonSchema(event)])),
  row: jsonSchema(chatRowSchema),
  rewards: jsonSchema(rewardResponseSchema),
});

const nullable = z.object({
  anyOf: z.tuple([
    z.looseObject({ type: z.string(), enum: z.undefined().optional() }),
    z.object({ type: z.literal('null') }),
  ]),
});

/** Where `anyOf` two types fails, a validator says that neither fits; where a list of types does, it says which would. */
const jsonSchema = (schema: z.ZodType): unknown =>
  JSON.parse(JSON.stringify(z.toJSONSchema(schema, { target: 'draft-7' })), (_name, value: unknown) => {
    const found = nullable.safeParse(value);
    if (!found.success) return value;
    const [given] = found.data.anyOf;
    return { ...given, type: [given.type, 'null'] };
  });
