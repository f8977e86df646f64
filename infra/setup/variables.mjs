/** The environment in which the set-up's programs run: the user's, less what would make them install elsewhere. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageVariables, readPipSettings } from './pip-settings.mjs';
import { fail } from './steps.mjs';

/** Caches that cannot be written lie below `home`, so that nothing is fetched twice by one set-up. */
export function cacheVariables({ cache, npmCache }, home) {
  return {
    ...(cache.refusal === null ? {} : { UV_CACHE_DIR: join(home, 'cache/uv'), PIP_CACHE_DIR: join(home, 'cache/pip') }),
    ...(npmCache.refusal === null ? {} : { npm_config_cache: join(home, 'cache/npm') }),
  };
}

/** @param python the program that runs pip */
export function pythonVariables(python, variables) {
  const { PYTHONHOME, PYTHONPATH, ...env } = variables;
  const listed = spawnSync(python, ['-m', 'pip', 'config', 'list'], { encoding: 'utf8', env });
  if (listed.status !== 0) {
    const lines = listed.stderr?.trim().split('\n') ?? [String(listed.error)];
    const reason = lines[0]?.startsWith('Traceback') ? lines.at(-1) : lines.join(' ');
    fail(`pip's configuration cannot be read: ${reason}; mend it, or set PIP_CONFIG_FILE=/dev/null`);
  }
  const own = uvFile(variables);
  const knowsIndexes =
    own !== null && /^\s*(\[\[index\]\]|index|index-url|default-index|extra-index-url)/m.test(own.text);
  return {
    ...packageVariables(variables, readPipSettings(listed.stdout), knowsIndexes),
    // Else uv would look for a project's in every folder above the checkout.
    ...(own === null ? { UV_NO_CONFIG: '1' } : { UV_CONFIG_FILE: own.path }),
  };
}

/** uv's own configuration: the user's, else the system's. */
function uvFile({ UV_CONFIG_FILE, XDG_CONFIG_HOME, HOME = '' }) {
  const path = [UV_CONFIG_FILE, join(XDG_CONFIG_HOME || join(HOME, '.config'), 'uv/uv.toml'), '/etc/uv/uv.toml'].find(
    (each) => each && existsSync(each),
  );
  return path === undefined ? null : { path, text: readFileSync(path, 'utf8') };
}
