/**
 * `sft.trl` and `grpo.trl`: fields of the pinned SFTConfig and GRPOConfig that Dermflow passes on as they are. Checked
 * against `fields.json`, which `python tests/trl_fields.py` makes of the installed classes (in trainer/).
 */
import { distance } from 'fastest-levenshtein';
import { z } from 'zod';
import type { Json } from '../../artifact.ts';
import { listSome } from '../../words.ts';
import fields from './fields.json' with { type: 'json' };
import { ownedChoices, ownedFields } from './owned.ts';

const fieldSchema = z.strictObject({
  types: z.array(z.string()),
  choices: z.array(z.string()).optional(),
  range: z
    .strictObject({ from: z.number(), above: z.number(), to: z.number(), below: z.number() })
    .partial()
    .optional(),
});
type TrlField = z.infer<typeof fieldSchema>;

const tableSchema = z.record(z.string(), fieldSchema);
const table = { sft: tableSchema.parse(fields.SFTConfig), grpo: tableSchema.parse(fields.GRPOConfig) } as const;
const classes = { sft: 'SFTConfig', grpo: 'GRPOConfig' } as const;

type TrlStage = keyof typeof table;
export type TrlFields = Readonly<Record<string, Json>>;

/** Names of the fields that a recipe may set, in the order of the class. */
export const passedFields = (stage: TrlStage): string[] =>
  Object.keys(table[stage]).filter((name) => !ownedFields[stage].has(name));

/** Absent as long as a recipe says nothing, so that no key changes; each wrong field is an issue of its own. */
export const trlSchema = (stage: TrlStage) =>
  z
    .record(z.string(), z.json())
    .superRefine((given, context) => {
      for (const [name, value] of Object.entries(given)) {
        const message = problemOf(stage, name, value);
        if (message !== null) context.addIssue({ code: 'custom', path: [name], message });
      }
    })
    .optional();

/** What keeps a field from being passed on, and what to do; null where nothing does. */
function problemOf(stage: TrlStage, name: string, value: Json): string | null {
  const owned = ownedFields[stage].get(name);
  if (owned !== undefined) return `may not be set here: ${owned}`;
  const field = table[stage][name];
  const source = `${classes[stage]} of TRL ${fields.versions.trl}`;
  if (!field) return `${source} has no such field; ${nearest(stage, name)}`;
  if (typeof value === 'string' && ownedChoices[name]?.[value] !== undefined) {
    return `may not be set here: ${ownedChoices[name][value]}`;
  }
  return isAllowed(field, value) ? null : `${source} takes ${wordsOf(field)}`;
}

function nearest(stage: TrlStage, name: string): string {
  const far = (other: string): number => distance(name, other);
  const [best = ''] = passedFields(stage).toSorted((a, b) => far(a) - far(b));
  return far(best) <= 3 ? `is it ${best}?` : 'remove it or correct its name';
}

const kindOf = (value: Json): string[] => {
  if (value === null) return ['null'];
  if (typeof value === 'number') return Number.isInteger(value) ? ['integer', 'number'] : ['number'];
  if (!Array.isArray(value)) return [typeof value];
  const [first = [], ...others] = value.map(kindOf);
  const shared = first.filter((kind) => others.every((other) => other.includes(kind)));
  return (value.length === 0 ? ['string', 'number', 'integer'] : shared).map((kind) => `${kind}[]`);
};

function isAllowed({ types, choices, range }: TrlField, value: Json): boolean {
  if (!kindOf(value).some((kind) => types.includes(kind))) return false;
  if (typeof value === 'string' && choices) return choices.includes(value);
  if (typeof value !== 'number' || !range) return true;
  const { from = value, to = value, above = value - 1, below = value + 1 } = range;
  return value >= from && value <= to && value > above && value < below;
}

const typeWords: Readonly<Record<string, string>> = {
  boolean: 'true or false',
  integer: 'a whole number',
  number: 'a number',
  string: 'a text',
  object: 'an object',
  null: 'null',
  'number[]': 'a list of numbers',
  'string[]': 'a list of texts',
};

function wordsOf({ types, choices, range = {} }: TrlField): string {
  const limits = [
    ...(range.from === undefined ? [] : [`from ${range.from}`]),
    ...(range.above === undefined ? [] : [`above ${range.above}`]),
    ...(range.to === undefined ? [] : [`to ${range.to}`]),
    ...(range.below === undefined ? [] : [`below ${range.below}`]),
  ].join(' ');
  const words = types.map((type) => {
    if (type === 'string' && choices) return `one of ${choices.join(', ')}`;
    const isNumber = type === 'integer' || type === 'number';
    return `${typeWords[type] ?? type}${isNumber && limits !== '' ? ` ${limits}` : ''}`;
  });
  return words.join(', or ');
}

/** `top_p 0.9, loss_type dapo`, for plan, model card and report; empty where nothing is set. */
export const trlWords = (given: TrlFields | undefined): string =>
  listSome(
    Object.entries(given ?? {})
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(
        ([name, value]) =>
          `${name} ${typeof value === 'string' && /^[\w.-]+$/.test(value) ? value : JSON.stringify(value)}`,
      ),
    100,
  );
