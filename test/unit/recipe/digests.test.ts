/** Names of runs, which are digests of recipes: another digest is another run, which finds no report of before. */
import { expect, it } from 'vitest';
import { runOf } from '../../../cli/runs.ts';
import { readRecipe } from '../../../cli/start/recipes.ts';
import { digestOf } from '../../../domain/artifact.ts';

it.each([
  ['concept-alignment', 'concept-alignment-d314066c4ef5', 'b8a7d12f934a435a'],
  ['demo', 'demo-cd0303ff2b76', '233f5cb38fe2c0c8'],
  ['flat-reward', 'flat-reward-64cee490aff1', '10df56820d8c4a99'],
  ['matched', 'matched-6f8eceee59a2', 'ae84f50d25326ff3'],
  ['rl-only', 'rl-only-d5831ce20993', '313a03f1a1c3318a'],
  ['sft-only', 'sft-only-6d117f789ff8', 'b1fab5fc14cae435'],
  ['skin-r1', 'skin-r1-74f09983ac28', 'f067ae40c2ccd4a0'],
])('the recipe %s is the run %s, its fields in the order of every report so far', async (name, run, bytes) => {
  const recipe = await readRecipe(name);
  expect(runOf(recipe)).toBe(run);
  expect(digestOf(JSON.stringify(recipe)).slice(0, 16)).toBe(bytes);
});
