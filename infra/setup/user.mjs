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

function nameOfUser() {
  try {
    return userInfo().username;
  } catch {
    return null;
  }
}

/**
 * Variables that this process and its children need besides: a home below `home` where the user's is absent, a name
 * where there is none (Python's and torch's libraries ask for both). Empty for most users.
 *
 * @param home DERMFLOW_HOME
 */
export function userVariables(variables, home) {
  const known = variables.HOME ? isFolder(variables.HOME) : nameOfUser() !== null;
  const named = ['LOGNAME', 'USER', 'LNAME', 'USERNAME'].some((name) => variables[name]) || nameOfUser() !== null;
  return {
    ...(known ? {} : { HOME: join(home, 'user') }),
    ...(named ? {} : { LOGNAME: `user-${process.getuid?.() ?? 0}` }),
  };
}
