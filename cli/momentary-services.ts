/** Questions about runs, which are answered also when the local services are down. */
import pino from 'pino';
import { DermflowError, failureTypes } from '../domain/failures.ts';
import { readStackFile } from '../infra/local/settings.ts';
import { atStack, findStack, startStackIfNone } from '../infra/local/stack.ts';
import { isServerAway } from '../platform/grpc.ts';
import { ownEnvironment } from '../platform/own-environment.ts';
import { isTemporalNamed } from '../platform/temporal.ts';
import { type Session, withSession } from './session.ts';

/**
 * Runs `ask` with the services of the environment. Where none is named and the local ones are down, Temporal and S3 are
 * started for the moment of the question, without workers; other questions and `start` wait for their turn. `ask` must
 * change nothing and print at its end: where the services that it used are stopped meanwhile, it is asked once more.
 */
export async function withMomentaryServices<T>(ask: (session: Session) => Promise<T>): Promise<T> {
  const environment = ownEnvironment();
  const { home } = environment;
  if (isTemporalNamed() || (await readStackFile(home)) === null) return withSession(ask);
  if (await findStack(home)) {
    try {
      return await withSession(ask);
    } catch (error) {
      if (!isAway(error) || (await findStack(home))) throw error;
    }
  }
  const stack = await startStackIfNone({ home, logger: pino({ level: 'silent' }), momentary: true });
  if (!('supervisor' in stack)) return withSession(ask); // somebody started one first
  try {
    return await withSession(ask, { environment: atStack(environment, stack), stack: null }, { workers: false });
  } finally {
    await stack.stop();
  }
}

const isAway = (error: unknown): boolean =>
  isServerAway(error) || (error instanceof DermflowError && error.type === failureTypes.unavailable);
