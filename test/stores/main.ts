/** `npm run test:stores -- [name …]`: installs S3 servers from the registries and holds each to what a store needs. */
import { join } from 'node:path';
import { execa } from 'execa';
import { repositoryRoot } from '../../platform/env.ts';
import { servers } from './servers.ts';

const names = process.argv.slice(2);
const unknown = names.find((name) => !(name in servers));
if (unknown !== undefined) {
  console.error(`unknown server "${unknown}"; one or more of ${Object.keys(servers).join(', ')}`);
  process.exit(2);
}
const { exitCode } = await execa(
  'vitest',
  ['run', '--config', join(import.meta.dirname, 'vitest.config.ts'), '--reporter=verbose'],
  {
    ...{ cwd: repositoryRoot, preferLocal: true, localDir: repositoryRoot, reject: false, stdio: 'inherit' },
    env: { DERMFLOW_TEST_STORES: names.join(' ') },
  },
);
process.exit(exitCode ?? 1);
