/** Real metadata of the data sets, which stands beside a checkout and is no part of it. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const folder = process.env.DERMFLOW_SHARED_DATA ?? fileURLToPath(new URL('../../../shared/data', import.meta.url));
const besideWorktrees = fileURLToPath(new URL('../../../../shared/data', import.meta.url));

/** The folder, or null where there is none; then tests that need it are skipped and say so in their names. */
export const sharedData: string | null = [folder, besideWorktrees].find((path) => existsSync(path)) ?? null;

export const needsSharedData =
  sharedData === null ? ' (skipped: no shared/data; set DERMFLOW_SHARED_DATA to its folder)' : '';
