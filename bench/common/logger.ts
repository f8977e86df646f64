import type { Logger } from 'pino';
import { readEnvironment } from '../../platform/env.ts';
import { createLogger } from '../../platform/logger.ts';

/** Errors alone, so that a benchmark's lines stand together; all where DERMFLOW_LOG_LEVEL is debug. */
export const benchLogger = (): Logger =>
  createLogger('bench', readEnvironment(process.env).logLevel === 'debug' ? 'debug' : 'error');
