/** What a user reads when something is wrong: one line that says what and what to do, the exit code, nothing half-written. */

import { mkdir, readFile, truncate, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { execa } from 'execa';
import pino from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeDemoDataset } from '../../../activities/datasets/demo.ts';
import { createS3Client, createS3Store } from '../../../activities/store/s3.ts';
import { type Stack, stackEnvironment, startStack } from '../../../infra/local/stack.ts';
import { type Home, makeHome } from '../../support/home.ts';
import { dermflow } from '../../support/start.ts';

let home: Home;
let stack: Stack;
let folder: string;
const nowhere = '127.0.0.1:9';

beforeAll(async () => {
  home = await makeHome();
  stack = await startStack({ home: home.path, logger: pino({ level: 'silent' }) });
  folder = join(home.path, 'cases');
});
afterAll(async () => {
  await stack.stop();
  await home.remove();
});

interface Outcome {
  exitCode: number | undefined;
  stderr: string;
  stdout: string;
}

async function run(args: readonly string[], env: Record<string, string> = {}): Promise<Outcome> {
  const command = [process.execPath, dermflow, ...args] as const;
  const { exitCode, stdout, stderr } = await execa(command[0], command.slice(1), {
    env: { ...home.env, ...stackEnvironment(stack), ...env },
    reject: false,
  });
  return { exitCode, stdout, stderr };
}

async function write(name: string, text: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  const file = join(folder, name);
  await writeFile(file, text);
  return file;
}

/** The demo's data set, spoiled. */
async function spoiltData(name: string, spoil: (root: string) => Promise<void>): Promise<string> {
  const root = join(folder, name);
  await mkdir(root, { recursive: true });
  await writeDemoDataset(root, { images: 40, textbook: 8, atypical: 0, atypicalTextbook: 0 }, 1);
  await spoil(root);
  return root;
}

const edit = async (file: string, change: (text: string) => string): Promise<void> =>
  writeFile(file, change(await readFile(file, 'utf8')));

async function artifactsInStore(): Promise<string[]> {
  const settings = { endpoint: `http://127.0.0.1:${stack.ports.s3[0]}`, region: 'us-east-1', bucket: stack.bucket };
  const client = createS3Client(settings, stack.secrets);
  try {
    return await createS3Store(client, settings).keys('dataset', '');
  } finally {
    client.destroy();
  }
}

function expectOneLine({ exitCode, stderr, stdout }: Outcome, code: number, words: RegExp): void {
  expect(stderr).toMatch(words);
  expect(stderr.trim().split('\n'), stderr).toHaveLength(1);
  expect(stdout).toBe('');
  expect(exitCode).toBe(code);
}

describe('a mistake ends with 2 and one line', () => {
  const demo = (): Promise<string> => readFile(join(import.meta.dirname, '../../../recipes/demo.yaml'), 'utf8');

  it('recipe that is no YAML', async () => {
    const file = await write('broken.yaml', 'name: [demo\nmethod: skin-r1\n');
    expectOneLine(await run(['run', file]), 2, /broken\.yaml: .*line \d/);
  });

  it('recipe with an unknown field', async () => {
    const file = await write('unknown.yaml', `${await demo()}\nlearningRate: 1\n`);
    expectOneLine(
      await run(['run', file]),
      2,
      /unknown\.yaml: unknown field "learningRate"; remove it or correct its name/,
    );
  });

  it('recipe with an ill-typed field', async () => {
    expectOneLine(
      await run(['run', 'demo', '--set', 'sft.epochs=many']),
      2,
      /demo\.yaml: sft\.epochs is "many": .*number/,
    );
  });

  it('recipe that does not exist', async () => {
    expectOneLine(await run(['run', 'nothing']), 2, /nothing: there is no such recipe .*; give a name/);
  });

  it('run that does not exist', async () => {
    expectOneLine(await run(['status', 'nothing']), 2, /there is no run "nothing"; "dermflow list"/);
  });

  it('missing data folder', async () => {
    expectOneLine(await run(['run', 'demo', '--data', join(folder, 'absent')]), 2, /absent: there is no such folder/);
    expect(await artifactsInStore()).toEqual([]);
  });

  it('CSV row with an unknown label', async () => {
    const root = await spoiltData('label', (root) =>
      edit(join(root, 'HAM10000_metadata.csv'), (text) => text.replace(/,(nv|mel|bcc|bkl|akiec|df|vasc),/, ',wort,')),
    );
    expectOneLine(
      await run(['run', 'demo', '--data', root]),
      2,
      /HAM10000_metadata\.csv: row \d+: column dx is "wort": .*nv/,
    );
    expect(await artifactsInStore()).toEqual([]);
  });

  it('truncated JPEG', async () => {
    const root = await spoiltData('jpeg', async (root) => {
      const [, row = ''] = (await readFile(join(root, 'HAM10000_metadata.csv'), 'utf8')).split('\n');
      const name = row.split(',')[1] ?? '';
      await truncate(join(root, 'HAM10000_images_part_1', `${name}.jpg`), 900);
    });
    expectOneLine(await run(['run', 'demo', '--data', root]), 2, /\.jpg: .*data\.maxBadShare/);
    expect(await artifactsInStore()).toEqual([]);
  });
});

describe('a service or resource that is not there ends with 3 and one line', () => {
  it('Temporal', async () => {
    expectOneLine(
      await run(['list'], { TEMPORAL_ADDRESS: nowhere }),
      3,
      /Temporal at 127\.0\.0\.1:9 cannot be reached; .*TEMPORAL_ADDRESS/,
    );
  });

  it('S3', async () => {
    const root = await spoiltData('good', async () => {});
    const outcome = await run(['run', 'demo', '--data', root], { DERMFLOW_S3_ENDPOINT: `http://${nowhere}` });
    expectOneLine(outcome, 3, /S3 .*127\.0\.0\.1:9.* cannot be reached; .*DERMFLOW_S3_ENDPOINT/);
  });

  it('the language model', async () => {
    const other = await makeHome();
    const outcome = await run(['start'], { DERMFLOW_HOME: other.path, DERMFLOW_LLM_BASE_URL: `http://${nowhere}/v1` });
    await other.remove();
    expectOneLine(outcome, 3, /127\.0\.0\.1:9\/v1 does not answer \(ECONNREFUSED\); .*DERMFLOW_LLM_BASE_URL/);
  });

  it('a port that is taken', async () => {
    const other = await makeHome();
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((listening) => server.once('listening', listening));
    const address = server.address();
    const port = typeof address === 'object' && address ? String(address.port) : '';
    const outcome = await run(['up'], { DERMFLOW_HOME: other.path, DERMFLOW_TEMPORAL_PORT: port });
    server.close();
    await other.remove();
    expectOneLine(outcome, 3, new RegExp(`port ${port} for temporal is taken; .*DERMFLOW_TEMPORAL_PORT`));
  });

  const mayMount = process.getuid?.() === 0 && process.platform === 'linux';
  it.skipIf(!mayMount)('a full scratch disk (needs root to mount one)', async () => {
    const other = await makeHome();
    const scratch = join(other.path, 'scratch');
    await mkdir(scratch);
    await execa('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', scratch]);
    try {
      expectOneLine(
        await run(['start'], { DERMFLOW_HOME: other.path }),
        3,
        /GiB free at .*scratch; free space or set DERMFLOW_SCRATCH/,
      );
    } finally {
      await execa('umount', [scratch]);
      await other.remove();
    }
  });
});
