/** A recipe as it comes in, from YAML or as a value: parsed, or refused with a line a person can act on. */
import { parse, YAMLParseError } from 'yaml';
import type { z } from 'zod';
import { userMistake } from '../failures.ts';
import { newestVersion, type RecipeVersion } from './common.ts';
import { type ForeignFields, foreignFields } from './method-fields.ts';
import type { MethodName, Recipe, RecipeOf } from './recipe.ts';
import { parseByVersion } from './versions.ts';

/**
 * Parses a recipe. Throws a user's mistake that names file, field, value and what is allowed, one line per problem.
 *
 * @param recipe YAML text, or what a YAML parser returned
 * @param file shown in messages
 * @param version rules by which a recipe is read that names none
 */
export const parseRecipe = (recipe: unknown, file: string, version: RecipeVersion = newestVersion): Recipe =>
  parseBy((value) => parseByVersion(value, version), recipe, file, foreignFields);

/** The same of a recipe that is to be of one method. */
export const parseRecipeOf = <M extends MethodName>(
  method: M,
  ...[recipe, file, version]: Parameters<typeof parseRecipe>
): RecipeOf<M> => ofMethod(method, parseRecipe(recipe, file, version), file);

/** Throws a user's mistake where the recipe is of another method. */
export function ofMethod<M extends MethodName>(method: M, recipe: Recipe, file: string): RecipeOf<M> {
  if (isOf(recipe, method)) return recipe;
  throw userMistake(`${file}: method is "${recipe.method}": expected "${method}"`);
}

const isOf = <M extends MethodName>(recipe: Recipe, method: M): recipe is RecipeOf<M> => recipe.method === method;

/**
 * The same by another method's schema.
 *
 * @param foreign fields of a refused recipe that show that another method is meant
 */
export function parseBy<T>(
  parse: (value: unknown) => z.ZodSafeParseResult<T>,
  recipe: unknown,
  file: string,
  foreign: (value: unknown) => ForeignFields | null = () => null,
): T {
  const value: unknown = typeof recipe === 'string' ? parseYaml(recipe, file) : recipe;
  const result = parse(value);
  if (result.success) return result.data;
  const found = foreign(value);
  // What a method that is not meant demands would hide it.
  if (found && !found.isNamed) throw userMistake(`${file}: ${found.message}`);
  const issues = result.error.issues.flatMap((issue) => withoutKeys(issue, found?.fields ?? []));
  const lines = issues.map((issue) => describeIssue(issue, value, file));
  throw userMistake([...(found ? [`${file}: ${found.message}`] : []), ...lines].join('\n'));
}

/** An issue about unknown fields without those that are reported already. */
function withoutKeys(issue: z.core.$ZodIssue, reported: readonly string[]): z.core.$ZodIssue[] {
  if (issue.code !== 'unrecognized_keys' || issue.path.length > 0) return [issue];
  const keys = issue.keys.filter((key) => !reported.includes(key));
  return keys.length > 0 ? [{ ...issue, keys }] : [];
}

function parseYaml(text: string, file: string): unknown {
  try {
    return parse(text);
  } catch (error) {
    if (!(error instanceof YAMLParseError)) throw error;
    throw userMistake(`${file}: ${error.message.split('\n', 1)[0]?.replace(/:$/, '')}`, error);
  }
}

function describeIssue(issue: z.core.$ZodIssue, recipe: unknown, file: string): string {
  const field = issue.path.length > 0 ? issue.path.join('.') : '(top level)';
  if (issue.code === 'unrecognized_keys') {
    const where = issue.path.length > 0 ? `${issue.path.join('.')}.` : '';
    return `${file}: unknown field ${issue.keys.map((key) => `"${where}${key}"`).join(', ')}; remove it or correct its name`;
  }
  const value = issue.path.reduce(memberOf, recipe);
  const given = value === undefined ? 'is missing' : `is ${JSON.stringify(value)}`;
  return `${file}: ${field} ${given}: ${issue.message}`;
}

/** A rule over several fields reports their parent as its input, so the field's own value is looked up. */
const memberOf = (parent: unknown, key: PropertyKey): unknown =>
  typeof parent === 'object' && parent !== null ? Reflect.get(parent, key) : undefined;
