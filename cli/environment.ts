/** Which services a command talks to: those that the environment names, else those of a local stack. */
import { atStack, findStack, type StackAddresses } from '../infra/local/stack.ts';
import type { Environment } from '../platform/env.ts';
import { ownEnvironment } from '../platform/own-environment.ts';

/** Where a command finds Temporal and the store. */
export interface Services {
  environment: Environment;
  /** The local stack that it finds there, null where the variables name addresses or none runs. */
  stack: StackAddresses | null;
}

/** Those that the variables name, else those of a local stack that runs on DERMFLOW_HOME. */
export async function findServices(): Promise<Services> {
  const environment = ownEnvironment();
  if (environment.temporal.address !== undefined) return { environment, stack: null };
  const stack = await findStack(environment.home);
  return { environment: stack ? atStack(environment, stack) : environment, stack };
}
