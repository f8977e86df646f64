/** Loads the reward that a recipe names, from the folder that this worker's operator set aside for such files. */
import { readFile, realpath } from 'node:fs/promises';
import { isAbsolute, join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { digestOf } from '../../domain/artifact.ts';
import { userMistake } from '../../domain/failures.ts';
import type { RewardSettings } from '../../domain/recipe.ts';
import type { RewardPlugin } from '../../domain/rewards/plugin.ts';

export interface LoadedPlugin {
  /** Name of the export, under which the component is logged. */
  name: string;
  reward: RewardPlugin;
  sha256: string;
}

/**
 * Null where the recipe names none. Only files below `folder` are loaded: recipes come from anybody who may start a run.
 * Everything else that is wrong with it is a user's mistake that names the file.
 */
export async function loadRewardPlugin(plugin: RewardSettings['plugin'], folder: string): Promise<LoadedPlugin | null> {
  if (!plugin) return null;
  const { file, name } = plugin;
  const path = await findBelow(folder, file);
  const sha256 = digestOf(await readFile(path));
  // The digest keeps Node from answering with an earlier version of the same file.
  const url = `${pathToFileURL(path)}?sha256=${sha256}`;
  const module: Record<string, unknown> = await import(url).catch((error: unknown) => {
    throw userMistake(`rewards.plugin.file: ${path} cannot be loaded: ${String(error)}`, error);
  });
  const reward = module[name];
  if (typeof reward !== 'function') {
    const names = Object.keys(module).toSorted().join(', ') || 'nothing';
    throw userMistake(`rewards.plugin.name: ${path} exports no function "${name}"; it exports ${names}`);
  }
  return { name, sha256, reward: checked(reward as RewardPlugin, path) }; // what it returns is checked at each call
}

async function findBelow(folder: string, file: string): Promise<string> {
  const [root, path] = await Promise.all([folder, join(folder, file)].map((name) => realpath(name).catch(() => null)));
  if (!root || !path) {
    throw userMistake(
      `rewards.plugin.file: there is no ${file} in ${folder} on this gpu worker; put it there or set DERMFLOW_PLUGINS`,
    );
  }
  const inside = relative(root, path);
  if (isAbsolute(file) || inside.startsWith('..') || isAbsolute(inside)) {
    throw userMistake(`rewards.plugin.file: ${file} lies outside ${folder}; give a path below that folder`);
  }
  return path;
}

function checked(reward: RewardPlugin, path: string): RewardPlugin {
  return (input) => {
    let value: unknown;
    try {
      value = reward(input);
    } catch (error) {
      throw userMistake(`rewards.plugin: ${path} threw on question ${input.question.id}: ${String(error)}`, error);
    }
    if (typeof value === 'number' && Number.isFinite(value)) return value;
    throw userMistake(
      `rewards.plugin: ${path} returned ${String(value)} on question ${input.question.id}, not a number`,
    );
  };
}
