/** Loads the reward that a recipe names, from the folder that this worker's operator set aside for such files. */
import { readFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { digestOf } from '../../domain/artifact.ts';
import { userMistake } from '../../domain/failures.ts';
import type { RewardSettings } from '../../domain/recipe.ts';
import type { RewardPlugin } from '../../domain/rewards/plugin.ts';
import { findPlugin } from '../plugins.ts';

export interface LoadedPlugin {
  /** Name of the export, under which the component is logged. */
  name: string;
  reward: RewardPlugin;
  sha256: string;
}

/**
 * Null where the recipe names none. Everything else that is wrong with it is a user's mistake that names the file.
 */
export async function loadRewardPlugin(plugin: RewardSettings['plugin'], folder: string): Promise<LoadedPlugin | null> {
  if (!plugin) return null;
  const { file, name } = plugin;
  const path = await findPlugin('rewards.plugin.file', file, folder);
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
