/** Structured logs on stderr. Fields that could hold a secret are removed wherever they stand. */
import pino, { type Logger } from 'pino';

const secretFields = ['apiKey', 'secretAccessKey', 'authorization', 'password', 'token', 'credentials'];

export const createLogger = (name: string, level: string): Logger =>
  pino(
    {
      name,
      level,
      redact: { paths: secretFields.flatMap((field) => [field, `*.${field}`, `*.*.${field}`]), remove: true },
    },
    pino.destination({ fd: 2, sync: true }),
  );
