/**
 * What a store must do and many that call themselves S3 do not: a conditional write that the second writer loses. Without
 * it two workers would both believe that their manifest is the one, so such a store is refused before the first write.
 * Uploads in parts are tried too; without them small runs still work.
 */
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DeleteObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { digestOf } from '../../domain/artifact.ts';
import { DermflowError, userMistake } from '../../domain/failures.ts';
import { partBytes, uploadInParts } from './multipart.ts';
import { atStart, explaining, putIfAbsent, type S3Settings } from './s3.ts';

export interface Probed {
  /** Why files above 16 MiB cannot be stored; null where they can. */
  withoutParts: string | null;
}

/** Throws a user's mistake, naming the store, where it cannot hold what "complete" means. Leaves nothing behind. */
export async function probeStore(client: S3Client, settings: S3Settings): Promise<Probed> {
  const at = { Bucket: settings.bucket, Key: `probe/${randomUUID()}` };
  const name = `S3 at ${settings.endpoint ?? 'AWS'}, bucket ${settings.bucket}`;
  try {
    if (!(await writesIfAbsent(client, settings, at))) throw userMistake(`${name}: says that a new object exists`);
    if (await writesIfAbsent(client, settings, at)) {
      throw userMistake(
        `${name}: ignores If-None-Match, so that of two writers both would win; use a server that honours it ` +
          '(docs/operations.md lists some)',
      );
    }
    return { withoutParts: await whyWithoutParts(client, settings, { ...at, Key: `${at.Key}-parts` }) };
  } finally {
    for (const Key of [at.Key, `${at.Key}-parts`]) {
      await client.send(new DeleteObjectCommand({ ...at, Key })).catch(() => {}); // it is no harm if it stays
    }
  }
}

type Address = Parameters<typeof uploadInParts>[1];

const writesIfAbsent = (client: S3Client, settings: S3Settings, at: Address): Promise<boolean> =>
  atStart(settings, () => putIfAbsent(client, { ...at, Body: 'probe' }));

async function whyWithoutParts(client: S3Client, settings: S3Settings, at: Address): Promise<string | null> {
  const folder = await mkdtemp(join(tmpdir(), 'dermflow-probe-'));
  try {
    const file = join(folder, 'file');
    await writeFile(file, 'probe');
    await explaining(settings, () => uploadInParts(client, at, file, { sha256: digestOf('probe'), bytes: 5 }));
    return null;
  } catch (error) {
    if (!(error instanceof DermflowError)) throw error;
    return `files above ${partBytes / 2 ** 20} MiB cannot be stored: ${error.message}`;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
