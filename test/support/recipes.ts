/** The shipped recipes, parsed. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { parseRecipe, type Recipe } from '../../domain/recipe.ts';
import { repositoryRoot } from '../../infra/env.ts';

export function demoRecipe(): Recipe {
  const file = join(repositoryRoot, 'recipes/demo.yaml');
  return parseRecipe(parse(readFileSync(file, 'utf8')), file);
}
