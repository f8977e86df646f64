/** Recipes as commands take them: a name or a file, changed by `--set`, completed by `--data`. */
import { access, readFile, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { Document, parseDocument } from 'yaml';
import type { SourcesRequest } from '../../activities/datasets/import/recipe-sources.ts';
import type { ArtifactStore } from '../../activities/ports/artifact-store.ts';
import { DermflowError, userMistake } from '../../domain/failures.ts';
import { overlay } from '../../domain/recipe/overlay.ts';
import { ofMethod, parseRecipe } from '../../domain/recipe/parse.ts';
import type { MethodName, Recipe, RecipeOf } from '../../domain/recipe/recipe.ts';
import { shippedTeacher } from '../../domain/recipe/teacher.ts';
import { repositoryRoot } from '../../platform/env.ts';
import { ownEnvironment } from '../../platform/own-environment.ts';

/** Values that the recipe's author leaves to the command line. */
interface RecipeChanges {
  /** `field.path=value` each, the value in YAML. */
  set?: string[];
}

/** Where a recipe lies: one of this repository by its name, or a file. */
function placeOf(nameOrFile: string): { file: string; shown: string } {
  const isName = /^[a-z0-9-]+$/.test(nameOrFile);
  return isName
    ? { file: resolve(repositoryRoot, 'recipes', `${nameOrFile}.yaml`), shown: `recipes/${nameOrFile}.yaml` }
    : { file: resolve(nameOrFile), shown: nameOrFile };
}

/** Whether there is a recipe of this name or file, whatever stands in it. */
export const hasRecipe = (nameOrFile: string): Promise<boolean> =>
  stat(placeOf(nameOrFile).file).then(
    (found) => found.isFile(),
    () => false,
  );

/**
 * Reads a recipe: `demo` is `recipes/demo.yaml` of this repository, anything with a slash or an ending is a file. One
 * that `extends: other.yaml`, a file beside it, is that recipe with its own fields put over it.
 * Whatever is wrong with it is a user's mistake naming file, line or field.
 */
export async function readRecipe(nameOrFile: string, { set = [] }: RecipeChanges = {}): Promise<Recipe> {
  const { file, shown } = placeOf(nameOrFile);
  await access(file).catch((error: unknown) => {
    throw userMistake(`${nameOrFile}: there is no such recipe (${file}); give a name in recipes/ or a file`, error);
  });
  const document = new Document(await readExtended(file, shown));
  for (const change of set) applyChange(document, change);
  return parseRecipe(document.toJS(), shown);
}

/** The same of a recipe that is to be of one method. */
export const readRecipeOf = async <M extends MethodName>(
  method: M,
  ...[nameOrFile, changes]: Parameters<typeof readRecipe>
): Promise<RecipeOf<M>> => ofMethod(method, await readRecipe(nameOrFile, changes), nameOrFile);

/** @param below files that extend this one, by which a circle is noticed */
async function readExtended(file: string, shown: string, below: readonly string[] = []): Promise<unknown> {
  if (below.includes(file)) throw userMistake(`${shown}: extends itself; remove "extends" from one of the recipes`);
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw userMistake(`${shown}: cannot be read (${file}); it is a file beside the recipe that extends it`, error);
  });
  const document = parseDocument(text);
  const [problem] = document.errors;
  if (problem) throw userMistake(`${shown}: ${firstLine(problem.message)}`, problem);
  const extended = document.get('extends');
  if (extended === undefined) return document.toJS();
  if (typeof extended !== 'string' || !/^[\w.-]+\.ya?ml$/.test(extended)) {
    throw userMistake(`${shown}: extends is ${JSON.stringify(extended)}: expected the name of a file beside it`);
  }
  document.delete('extends');
  const base = await readExtended(join(dirname(file), extended), extended, [...below, file]);
  return overlay(base, document.toJS());
}

function applyChange(document: Document, change: string): void {
  const [, path, value] = /^([\w.]+)=(.*)$/s.exec(change) ?? [];
  if (path === undefined || value === undefined) {
    throw userMistake(`--set ${change}: expected a field and a value, e.g. --set grpo.beta=0.02`);
  }
  const parsed = parseDocument(value);
  const [problem] = parsed.errors;
  if (problem) throw userMistake(`--set ${change}: ${firstLine(problem.message)}`, problem);
  document.setIn(path.split('.'), parsed.toJS());
}

const firstLine = (text: string): string => text.split('\n', 1)[0]?.replace(/:$/, '') ?? text;

/**
 * Puts the teacher's file that a recipe names into the store, and its reference into the recipe, so that the run knows it
 * by its bytes. Any other recipe stays as it is.
 */
export async function withTeacher<R extends Recipe>(recipe: R, store: () => Promise<ArtifactStore>): Promise<R> {
  if (!('teacher' in recipe) || !recipe.teacher) return recipe;
  const { encoder } = recipe.teacher;
  if (typeof encoder !== 'string' || encoder === shippedTeacher) return recipe;
  const { storeEncoder } = await import('../encoder.ts');
  const stored = await storeEncoder(encoder, await store()).catch((error: unknown) => {
    throw error instanceof DermflowError ? userMistake(`teacher.encoder: ${error.message}`, error) : error;
  });
  return { ...recipe, teacher: { ...recipe.teacher, encoder: stored } };
}

/** Imports the recipe's data sets below `folder` from this machine and puts their references into the recipe. */
export async function withData<R extends Recipe>(
  recipe: R,
  folder: string,
  store: ArtifactStore,
  callbacks: Pick<SourcesRequest, 'onProgress' | 'onNote'>,
): Promise<R> {
  // What reads tables and images takes a second to load, which commands without data are spared.
  const { importSources } = await import('../../activities/datasets/import/recipe-sources.ts');
  const { loadKnowledge } = await import('../../activities/knowledge.ts');
  const { scratch } = ownEnvironment();
  return importSources({ store, recipe, folder, knowledge: await loadKnowledge(), scratch, ...callbacks });
}
