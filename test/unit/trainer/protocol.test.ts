/** The two descriptions of the protocol, `domain/trainer.ts` and `trainer/dermflow_trainer/job.py`, name the same things. */
import { execaSync } from 'execa';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { trainerEventSchema, trainerJobSchema } from '../../../domain/trainer.ts';
import { readEnvironment, repositoryRoot } from '../../../infra/env.ts';

const jsonSchema = z.looseObject({
  properties: z.record(z.string(), z.unknown()).optional(),
  anyOf: z.array(z.unknown()).optional(),
  oneOf: z.array(z.unknown()).optional(),
  enum: z.array(z.unknown()).optional(),
  const: z.unknown().optional(),
  type: z.unknown().optional(),
});

/** Field paths of a JSON schema, each with its list of allowed values where it has one. */
function fieldsOf(value: unknown, path = ''): Record<string, unknown> {
  const schema = jsonSchema.parse(value);
  const inside = Object.entries(schema.properties ?? {}).map(([name, field]) =>
    fieldsOf(field, path === '' ? name : `${path}.${name}`),
  );
  // Of a nullable field the other option counts.
  const options = (schema.anyOf ?? []).filter((option) => jsonSchema.parse(option).type !== 'null');
  const either = options.map((option) => fieldsOf(option, path));
  const own = path === '' || schema.properties ? {} : { [path]: schema.enum ?? null };
  return Object.assign(schema.anyOf ? {} : own, ...either, ...inside);
}

const variants = (schema: z.ZodType, by: string): Record<string, unknown> =>
  Object.fromEntries(
    (jsonSchema.parse(z.toJSONSchema(schema)).oneOf ?? []).map((variant) => {
      const { properties = {} } = jsonSchema.parse(variant);
      return [jsonSchema.parse(properties[by]).const, variant];
    }),
  );

/** Prints what Python knows: the jobs' fields, and the fields of each event that its methods write. */
const script = `
import ast, inspect, json
from dermflow_trainer import job, events
def fields(expected, path):
    if isinstance(expected, tuple): return fields(expected[0], path)
    if isinstance(expected, dict):
        return {k: v for name, inner in expected.items() for k, v in fields(inner, f"{path}.{name}" if path else name).items()}
    words = expected.words
    chosen = words.removeprefix("one of ").split(", ") if words.startswith("one of ") and path not in ("schema",) else None
    return {path: chosen}
written = {}
for call in ast.walk(ast.parse(inspect.getsource(events))):
    if isinstance(call, ast.Call) and getattr(call.func, "attr", "") == "write":
        names = {k.arg: k.value for k in call.keywords}
        if "event" in names: written[names["event"].value] = sorted(n for n in names if n)
print(json.dumps({"jobs": {s: fields(e, "") for s, e in job.JOBS.items()}, "events": written}))
`;

const python = z
  .object({
    jobs: z.record(z.string(), z.record(z.string(), z.array(z.string()).nullable())),
    events: z.record(z.string(), z.array(z.string())),
  })
  .parse(
    JSON.parse(
      execaSync(readEnvironment(process.env).trainerPython, ['-c', script], {
        env: { PYTHONPATH: `${repositoryRoot}/trainer` },
      }).stdout,
    ),
  );

describe('the protocol', () => {
  const jobs = variants(trainerJobSchema, 'job');

  it('has the same jobs', () => expect(Object.keys(jobs).sort()).toEqual(Object.keys(python.jobs).sort()));

  it.each(Object.keys(jobs))('%s has the same fields and choices', (job) => {
    expect(python.jobs[job]).toEqual(fieldsOf(jobs[job]));
  });

  it('has the same events with the same fields', () => {
    const schemas = variants(trainerEventSchema, 'event');
    const required = Object.fromEntries(
      Object.entries(schemas).map(([event, schema]) => [
        event,
        z
          .looseObject({ required: z.array(z.string()) })
          .parse(schema)
          .required.sort(),
      ]),
    );
    expect(python.events).toEqual(required);
  });
});
