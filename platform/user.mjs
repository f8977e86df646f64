/** A user without a name or a home, as containers have them whose user id was only given as a number. */
import { statSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';

const isFolder = (path) => {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
};

/** Null for a user id that the system knows nothing of. */
function knownUser() {
  try {
    return userInfo();
  } catch {
    return null;
  }
}

/**
 * Variables that this process and its children need besides: a home below `home` where the user's is absent, a name
 * where none is set. Temporal's server, which looks users up in no directory service, and Python's libraries ask for
 * both. Empty for most users.
 *
 * @param home DERMFLOW_HOME
 */
export function userVariables(variables, home) {
  const own = {};
  const user = knownUser();
  const wanted = variables.HOME || user?.homedir || '';
  if (!isFolder(wanted)) own.HOME = join(home, 'user');
  else if (!variables.HOME) own.HOME = wanted;
  for (const name of ['USER', 'LOGNAME']) {
    if (!variables[name]) own[name] = user?.username ?? `user-${process.getuid?.() ?? 0}`;
  }
  return own;
}
