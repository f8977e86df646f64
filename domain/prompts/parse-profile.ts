/** A user's own prompt profile: a file of YAML or JSON in the form of `profile.ts`. */
import { z } from 'zod';
import { userMistake } from '../failures.ts';
import { readGivenYaml } from '../rows/given-yaml.ts';
import { type EvaluationProfile, evaluationProfileSchema, type QuestionKind, questionKinds } from './profile.ts';
import { evaluationProfile, evaluationProfiles } from './prompts.ts';

/** A profile names another one of the product for the prompts that it leaves out, `paper` if it names none. */
const fileSchema = z.strictObject({
  name: z.string(),
  like: z.string().default('paper'),
  system: z.string().nullable().default(null),
  prompts: z.partialRecord(z.enum(questionKinds), z.string()).default({}),
});

/**
 * Reads a profile. What is wrong is a user's mistake that names file, field and what is expected. A name of the product's
 * own profiles is refused, since numbers are shown under it.
 *
 * @param file shown in messages
 */
export function parseProfile(text: string, file: string): EvaluationProfile {
  const { like, ...own } = checked(fileSchema, readGivenYaml(text, file), file);
  const base = evaluationProfile(like);
  const profile = checked(
    evaluationProfileSchema,
    { ...own, prompts: { ...base.prompts, ...own.prompts } satisfies Record<QuestionKind, string> },
    file,
  );
  if (evaluationProfiles.some(({ name }) => name === profile.name))
    throw userMistake(`${file}: name: "${profile.name}" is a profile of Dermflow; choose another`);
  return profile;
}

function checked<T>(schema: z.ZodType<T>, value: unknown, file: string): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw userMistake(`${file}: ${issue?.path.join('.') || 'the file'}: ${issue?.message ?? 'is not valid'}`);
}
