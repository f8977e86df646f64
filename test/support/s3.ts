/** The real S3 server of `infra/local`, alone, for tests. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { S3Client } from '@aws-sdk/client-s3';
import pino from 'pino';
import type { ArtifactStore } from '../../activities/ports/artifact-store.ts';
import { createS3Client, createS3Store, type S3Settings } from '../../activities/store/s3.ts';
import { s3Service } from '../../infra/local/services.ts';
import { choosePorts, readOrMakeSecrets, type Secrets } from '../../infra/local/settings.ts';
import { createSupervisor, type Supervisor } from '../../infra/local/supervisor.ts';
import { readEnvironment } from '../../platform/env.ts';
import { findTools } from '../../platform/tools.ts';

export interface S3Server {
  settings: S3Settings;
  secrets: Secrets;
  client: S3Client;
  /** Of its filer's gRPC, on this machine. */
  filerPort: number;
  /** A store as another worker would have it: it remembers nothing of what others saw. */
  newStore(): ArtifactStore;
  /** Ends the server; its data stay. */
  stop(): Promise<void>;
  /** Starts it again on the same data and port. */
  start(): Promise<void>;
  /** Ends it and removes its data. */
  remove(): Promise<void>;
}

export async function startS3Server(): Promise<S3Server> {
  const home = await mkdtemp(join(tmpdir(), 'dermflow-s3-'));
  const bucket = 'dermflow';
  const tools = findTools(readEnvironment(process.env).home);
  const [ports, secrets] = [await choosePorts({}, null), await readOrMakeSecrets(home)];
  const settings = { endpoint: `http://127.0.0.1:${ports.s3[0]}`, region: 'us-east-1', bucket };
  const client = createS3Client(settings, secrets);
  let supervisor: Supervisor | null = null;
  const server: S3Server = {
    settings,
    secrets,
    client,
    filerPort: ports.s3[7] ?? 0, // as `s3Service` gives them out
    newStore: () => createS3Store(client, settings),
    async stop() {
      await supervisor?.stop();
      supervisor = null;
    },
    async start() {
      supervisor = createSupervisor(join(home, 'logs'), pino({ level: 'silent' }));
      await supervisor.add(s3Service(tools, ports, secrets, join(home, 's3'), bucket));
    },
    async remove() {
      await server.stop();
      client.destroy();
      await rm(home, { recursive: true, force: true });
    },
  };
  await server.start();
  return server;
}
