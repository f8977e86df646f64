/** Files of a user's own that recipes may name: rewards, image encoders. */
import { realpath } from 'node:fs/promises';
import { isAbsolute, join, relative } from 'node:path';
import { userMistake } from '../domain/failures.ts';

/**
 * Path of `file` below the folder that this worker's operator set aside for such files. Nothing outside is opened:
 * recipes come from anybody who may start a run.
 *
 * @param field of the recipe, for the message
 */
export async function findPlugin(field: string, file: string, folder: string): Promise<string> {
  const [root, path] = await Promise.all([folder, join(folder, file)].map((name) => realpath(name).catch(() => null)));
  if (!root || !path) {
    throw userMistake(
      `${field}: there is no ${file} in ${folder} on this worker; put it there or set DERMFLOW_PLUGINS`,
    );
  }
  const inside = relative(root, path);
  if (isAbsolute(file) || inside.startsWith('..') || isAbsolute(inside)) {
    throw userMistake(`${field}: ${file} lies outside ${folder}; give a path below that folder`);
  }
  return path;
}
