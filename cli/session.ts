/** What a command talks to: Temporal and the store, by the environment or, without one, the local stack. */
import type { Client } from '@temporalio/client';
import type { ArtifactStore } from '../activities/ports/artifact-store.ts';
import { probeStore } from '../activities/store/probe.ts';
import { createS3Client, createS3Store, ensureBucket } from '../activities/store/s3.ts';
import { runPage } from '../infra/local/stack.ts';
import type { Environment } from '../platform/env.ts';
import { connectClient } from '../platform/temporal.ts';
import { findServices, type Services } from './environment.ts';

export interface Session {
  environment: Environment;
  client: Client;
  /** Connects to S3 at the first call; `writes`: looks then if the store may be written to. */
  store(options?: { writes?: boolean }): Promise<ArtifactStore>;
  /** Temporal's web page of a run; null where only the cluster's operators know its address. */
  page(run: string): string | null;
  /** Whether workers may be there to answer what only they know. */
  workers: boolean;
}

/**
 * Runs `work` with the services of the environment.
 *
 * @param services by default those that `findServices` finds
 * @param workers false where it is known that there are none
 */
export async function withSession<T>(
  work: (session: Session) => Promise<T>,
  services?: Services,
  { workers = true } = {},
): Promise<T> {
  const { environment, stack } = services ?? (await findServices());
  const temporal = await connectClient(environment);
  const closing: (() => void)[] = [];
  const store = async (options?: { writes?: boolean }): Promise<ArtifactStore> => {
    const opened = await openStore(environment, options);
    closing.push(opened.close);
    return opened.store;
  };
  let opened: Promise<ArtifactStore> | null = null;
  const openOnce = (options?: { writes?: boolean }): Promise<ArtifactStore> => {
    opened ??= store(options);
    return opened;
  };
  try {
    return await work({
      environment,
      client: temporal.client,
      store: openOnce,
      page: (run) => stack && runPage(stack, run),
      workers,
    });
  } finally {
    for (const close of closing) close();
    await temporal.close();
  }
}

/**
 * The store alone, for what needs no Temporal.
 *
 * @param writes whether to look first if it is one that may be written to
 */
export async function openStore(
  { s3 }: Environment,
  { writes = false } = {},
): Promise<{ store: ArtifactStore; close: () => void }> {
  const client = createS3Client(s3);
  await ensureBucket(client, s3);
  if (writes) await probeStore(client, s3);
  return { store: createS3Store(client, s3), close: () => client.destroy() };
}
