/** The two servers of a local stack, on loopback, with the settings that were measured to matter. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Connection } from '@temporalio/client';
import { createS3Client, ensureBucket } from '../../activities/store/s3.ts';
import { searchAttributes } from '../../domain/names.ts';
import type { Tools } from '../../platform/tools.ts';
import type { Ports, Secrets } from './settings.ts';
import type { Service } from './supervisor.ts';

const host = '127.0.0.1';

/**
 * Temporal's dev server. WAL and the poll rates make a step some 10 ms instead of 50; `synchronous=NORMAL` is safe
 * against kill -9.
 */
export function temporalService({ temporal }: Tools, ports: Ports, folder: string): Service {
  mkdirSync(folder, { recursive: true });
  const dynamic = ['history.transferProcessorMaxPollRPS=2000', 'history.timerProcessorMaxPollRPS=2000'];
  return {
    name: 'temporal',
    command: temporal,
    foreign: true,
    graceMs: 10_000,
    args: [
      ...['server', 'start-dev', '--ip', host, '--port', String(ports.temporal), '--ui-port', String(ports.ui)],
      ...['--ui-disable-news-fetch', '--log-level', 'warn', '--db-filename', join(folder, 'temporal.db')],
      ...['--sqlite-pragma', 'journal_mode=WAL', '--sqlite-pragma', 'synchronous=NORMAL'],
      ...dynamic.flatMap((value) => ['--dynamic-config-value', value]),
      ...Object.values(searchAttributes).flatMap((name) => ['--search-attribute', `${name}=Keyword`]),
    ],
    ready: async () => {
      const connection = await Connection.connect({ address: `${host}:${ports.temporal}`, connectTimeout: 1_000 });
      try {
        await connection.workflowService.describeNamespace({ namespace: 'default' });
      } finally {
        await connection.close();
      }
    },
  };
}

/**
 * SeaweedFS. Its defaults would listen on every interface, serve volumes without credentials and report home. Under
 * the memory limit it takes 190 MiB where Go would take 300, for a sixth more of the processor while a gigabyte goes up;
 * a lower one costs twice the processor. It yields to a trainer on the same processors, whose steps an upload
 * would cost more (`npm run bench train -- --parts steps`).
 */
export function s3Service({ weed }: Tools, ports: Ports, secrets: Secrets, folder: string, bucket: string): Service {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const [s3, ...others] = ports.s3;
  const names = ['s3.port.grpc', 'master.port', 'master.port.grpc', 'volume.port', 'volume.port.grpc'];
  const more = ['filer.port', 'filer.port.grpc', 'admin.port', 'admin.port.grpc'];
  const [write, read, filerWrite, filerRead] = secrets.jwt;
  return {
    name: 's3',
    command: weed,
    foreign: true,
    graceMs: 6_000,
    niceness: 5,
    env: {
      ...s3Credentials(secrets),
      GOMEMLIMIT: '400MiB',
      WEED_JWT_SIGNING_KEY: write ?? '',
      WEED_JWT_SIGNING_READ_KEY: read ?? '',
      WEED_JWT_FILER_SIGNING_KEY: filerWrite ?? '',
      WEED_JWT_FILER_SIGNING_READ_KEY: filerRead ?? '',
    },
    args: [
      ...['-logtostderr=true', 'mini', `-dir=${folder}`, `-ip=${host}`, `-ip.bind=${host}`, `-s3.port=${s3}`],
      ...[...names, ...more].map((name, i) => `-${name}=${others[i]}`),
      ...['-disableHttp', '-master.telemetry=false', '-master.resumeState=false', '-volume.max=2000'],
      ...['-webdav=false', '-admin.ui=false', '-s3.port.iceberg=0', '-s3.port.lance=0'],
      ...['-s3.allowDeleteBucketNotEmpty=false', '-s3.autoCreateBucket=false'],
      ...[`-filer.localSocket=${join(folder, 'filer.sock')}`, `-s3.localSocket=${join(folder, 's3.sock')}`],
    ],
    ready: async () => {
      const endpoint = `http://${host}:${s3}`;
      if (!(await fetch(`${endpoint}/healthz`)).ok) throw new Error('not healthy yet');
      const client = createS3Client({ endpoint, region: 'us-east-1', bucket }, secrets);
      try {
        await ensureBucket(client, { endpoint, region: 'us-east-1', bucket });
      } finally {
        client.destroy();
      }
    },
  };
}

export const s3Credentials = (secrets: Secrets): Record<string, string> => ({
  AWS_ACCESS_KEY_ID: secrets.accessKeyId,
  AWS_SECRET_ACCESS_KEY: secrets.secretAccessKey,
});
