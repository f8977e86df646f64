import type { Logger } from 'pino';
import { createLogger } from '../../platform/logger.ts';
import { ownEnvironment } from '../../platform/own-environment.ts';

/** Errors alone, so that a benchmark's lines stand together; all where DERMFLOW_LOG_LEVEL is debug. */
export const benchLogger = (): Logger =>
  createLogger('bench', ownEnvironment().logLevel === 'debug' ? 'debug' : 'error');
