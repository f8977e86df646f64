/** Dermflow runs under a user id that has no name and no home, as in containers. */
import { mkdirSync } from 'node:fs';
import { homeFolder } from './places.mjs';
import { userVariables } from './user.mjs';

/** Must be called at the start of a process. Child processes, e.g. trainers, inherit what is set. */
export function useOwnHome(): void {
  // biome-ignore lint/style/noProcessEnv: changed before it is parsed, for child processes too
  const variables = process.env;
  const own = userVariables(variables, homeFolder(variables));
  Object.assign(variables, own);
  if (own.HOME === undefined) return;
  try {
    mkdirSync(own.HOME, { recursive: true });
  } catch {
    // What needs DERMFLOW_HOME says that it cannot be written.
  }
}
