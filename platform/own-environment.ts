/** The environment of this process, for where a process begins; everything else is given what it needs of it. */
import { type Environment, readEnvironment } from './env.ts';
import { setVariables } from './variables/values.ts';

let parsed: Environment | undefined;

/** Parsed when it is first asked for, and once: what needs no environment, such as `--help`, does not fail by a bad variable. */
export function ownEnvironment(): Environment {
  // biome-ignore lint/style/noProcessEnv: the one place where it is parsed
  parsed ??= readEnvironment(process.env);
  return parsed;
}

/** What is set of this process's variables, for a library that reads its own. */
export function ownVariables(): Record<string, string> {
  // biome-ignore lint/style/noProcessEnv: handed on to the library
  return setVariables(process.env);
}
