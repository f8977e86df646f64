import type { Logger } from 'pino';
import { ownEnvironment } from '../../cli/environment.ts';
import { createLogger } from '../../platform/logger.ts';

/** Errors alone, so that a benchmark's lines stand together; all where DERMFLOW_LOG_LEVEL is debug. */
export const benchLogger = (): Logger =>
  createLogger('bench', ownEnvironment().logLevel === 'debug' ? 'debug' : 'error');
