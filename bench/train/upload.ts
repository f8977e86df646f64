/** One large file into the store, against boto3's transfer manager, to the same server. */
import { randomFillSync } from 'node:crypto';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DeleteObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { execa } from 'execa';
import { createS3Store, type S3Settings } from '../../activities/store/s3.ts';
import { storeKeys } from '../../domain/names.ts';
import type { Environment } from '../../platform/env.ts';
import { withBucket } from '../common/bucket.ts';
import { median } from '../common/median.ts';

const requirements = join(import.meta.dirname, 'requirements.txt');
const program = join(import.meta.dirname, 'boto.py');

/** @param gibibytes size of the file */
export const compareUpload = (gibibytes: number, repeats: number, environment: Environment): Promise<void> =>
  withBucket(environment.s3, (client, settings) => compare(client, settings, gibibytes, repeats, environment));

async function compare(
  client: S3Client,
  settings: S3Settings,
  gibibytes: number,
  repeats: number,
  environment: Environment,
): Promise<void> {
  const store = createS3Store(client, settings);
  const folder = await mkdtemp(join(tmpdir(), 'dermflow-bench-'));
  try {
    const file = join(folder, 'checkpoint');
    await writeRandom(file, gibibytes * 2 ** 30);
    const python = await installBoto(environment, folder);
    const ours = async (): Promise<number> => {
      const begun = performance.now();
      const { sha256 } = await store.putFile(file);
      const seconds = (performance.now() - begun) / 1000;
      await client.send(new DeleteObjectCommand({ Bucket: settings.bucket, Key: storeKeys.blob(sha256) }));
      return seconds;
    };
    const theirs = async (): Promise<number> => {
      const { stdout } = await execa(python, [program, file, settings.bucket, 'boto'], {
        env: variablesOf(environment),
      });
      await client.send(new DeleteObjectCommand({ Bucket: settings.bucket, Key: 'boto' }));
      return Number(stdout);
    };
    const seconds = { ours: [] as number[], theirs: [] as number[] };
    for (let turn = 0; turn < repeats; turn++) {
      seconds.ours.push(await ours());
      seconds.theirs.push(await theirs());
    }
    const rate = (values: number[]): number => (gibibytes * 1024) / median(values);
    const [own, boto] = [rate(seconds.ours), rate(seconds.theirs)];
    console.log(`\n${gibibytes} GiB of random bytes to the same S3 server, ${repeats} runs each, in turns`);
    console.log(`Dermflow, digest before and after  ${own.toFixed(0).padStart(5)} MiB/s`);
    console.log(`boto3's transfer manager           ${boto.toFixed(0).padStart(5)} MiB/s`);
    console.log(`${(own / boto).toFixed(2)} x boto3; medians`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function writeRandom(path: string, bytes: number): Promise<void> {
  const file = await open(path, 'w');
  const piece = Buffer.alloc(2 ** 24);
  for (let written = 0; written < bytes; written += piece.length) await file.write(randomFillSync(piece));
  await file.close();
}

/** What the script reads: the server, and the local stack's credentials where there is one. */
const variablesOf = ({ s3: { endpoint, credentials } }: Environment): Record<string, string> => ({
  ...(endpoint === undefined ? {} : { DERMFLOW_S3_ENDPOINT: endpoint }),
  ...(credentials
    ? { AWS_ACCESS_KEY_ID: credentials.accessKeyId, AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey }
    : {}),
});

/** An environment of its own: boto3 is no part of the trainer's. Returns its Python. */
async function installBoto({ home, trainerPython }: Environment, folder: string): Promise<string> {
  const uv = join(home, 'uv/bin/uv');
  const python = join(folder, 'python/bin/python');
  await execa(uv, ['venv', '--quiet', '--python', trainerPython, join(folder, 'python')]);
  await execa(uv, ['pip', 'install', '--quiet', '--require-hashes', '--python', python, '-r', requirements]);
  return python;
}
