/** Outputs that a user has, with the questions they answer: how both readers read them and what they would earn. */
import { z } from 'zod';
import { userMistake } from '../failures.ts';
import { normaliseLabel } from '../knowledge/label.ts';
import { malignancySchema } from '../knowledge/malignancy.ts';
import type { Taxonomy } from '../knowledge/taxonomy.ts';
import { type Answer, extractAnswer, extractLeniently, type UnreadableForm } from '../questions/extract.ts';
import { optionSchema, questionTasks } from '../questions/question.ts';
import { type RewardedQuestion, type RewardParts, scoreCompletion } from '../rewards/rewards.ts';
import { type GivenLine, givenLines } from '../rows/given-lines.ts';

const letterSchema = z.string().regex(/^[A-Z]$/, 'expected one capital letter, e.g. "B"');
const labelSchema = z
  .string()
  .refine((label) => normaliseLabel(label) !== '', 'the label is empty; give the name that the prompt showed');
const scoredOption = optionSchema.extend({
  letter: letterSchema,
  label: labelSchema,
  synonyms: z.array(z.string()).default([]),
});

/** A line of the file; other fields, e.g. those of a stored question, are passed over. */
const lineSchema = z.object({
  question: z.object({
    task: z.enum(questionTasks),
    malignancy: malignancySchema,
    options: z
      .array(z.object(scoredOption.shape))
      .min(2, 'expected at least 2 options')
      .max(26, 'expected at most 26 options')
      .refine((options) => new Set(options.map(({ letter }) => letter)).size === options.length, {
        message: 'two options have the same letter; give each its own',
      })
      .refine((options) => new Set(options.map(({ label }) => normaliseLabel(label))).size === options.length, {
        message: 'two options have the same label, spelling aside; an answer by name could not be told apart',
      }),
  }),
  output: z.string(),
});
export type ScoreLine = z.infer<typeof lineSchema>;

export interface Score {
  strict: Pick<Answer, 'format' | 'letter' | 'malignancy'>;
  lenient: Pick<Answer, 'format' | 'letter' | 'malignancy'>;
  /** By the paper's settings. */
  rewards: RewardParts;
  /** Why the strict reader finds no answer. */
  unreadable: UnreadableForm | null;
}

const paperRewards = { format: true, malignancy: true, granularity: 'leaf', thinkingRequired: false } as const;

/**
 * Reads JSON lines. Empty ones are passed over, and so is a byte-order mark. The first that is wrong is a user's
 * mistake that names file, row, field and what is allowed.
 *
 * @param file shown in messages
 */
export function parseScoreLines(text: string, file: string): ScoreLine[] {
  const parsed = Array.from(givenLines(text, file), parseLine);
  if (parsed.length === 0) throw userMistake(`${file}: holds no line; give one JSON object per line`);
  return parsed;
}

function parseLine({ where, value }: GivenLine): ScoreLine {
  const result = lineSchema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const path = issue?.path ?? [];
  const given = path.reduce<unknown>(
    (at, key) => (typeof at === 'object' && at !== null ? Reflect.get(at, key) : undefined),
    value,
  );
  const shown = given === undefined ? 'is missing' : `is ${JSON.stringify(given).slice(0, 80)}`;
  throw userMistake(`${where}: ${path.join('.') || 'the line'} ${shown}: ${issue?.message ?? 'is not valid'}`);
}

/** Both readings and the rewards of one output. */
export function scoreOutput({ question, output }: ScoreLine, taxonomy: Taxonomy): Score {
  const named = withKnownNames(question, taxonomy);
  const { unreadable, ...strict } = extractAnswer(output, named);
  const { unreadable: _, ...lenient } = extractLeniently(output, named);
  return { strict, lenient, rewards: scoreCompletion(output, named, paperRewards), unreadable };
}

/** Adds the names that the taxonomy has for each option's label, except those that the line gives to another option. */
function withKnownNames(question: ScoreLine['question'], taxonomy: Taxonomy): RewardedQuestion {
  if (question.task === 'lesion-condition') return question;
  const namesOf = ({ label, synonyms }: ScoreLine['question']['options'][number]) =>
    [label, ...synonyms].map((name) => normaliseLabel(name));
  const options = question.options.map((option) => {
    const node = taxonomy.resolve(option.label);
    if (node?.exactness !== 'exact') return option;
    const taken = new Set(question.options.filter((other) => other !== option).flatMap(namesOf));
    const known = [node.name, ...taxonomy.synonyms(node.name)].filter((name) => !taken.has(normaliseLabel(name)));
    return { ...option, synonyms: [...option.synonyms, ...known] };
  });
  return { ...question, options };
}
