/** Where things lie. */
import { homedir } from 'node:os';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Root of the checkout. */
export const root = resolve(fileURLToPath(new URL('..', import.meta.url)));

/** DERMFLOW_HOME, as platform/env.ts reads it, which needs packages: set-up asks before any is installed. */
export const homeFolder = (variables) =>
  resolve(
    (variables.DERMFLOW_HOME?.trim() || resolve(root, '.dermflow')).replace(
      /^~(?=\/|$)/,
      () => variables.HOME || homedir(),
    ),
  );
