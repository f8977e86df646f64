/**
 * What a store must do and many that call themselves S3 do not: a conditional write that the second writer loses, and
 * showing at once what was written. Without these two workers would both believe that their manifest is the one, so such
 * a store is refused before the first write. Ranges and uploads in parts are tried too; without them small runs still
 * work.
 */
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { DeleteObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { digestOf } from '../../domain/artifact.ts';
import { DermflowError, userMistake } from '../../domain/failures.ts';
import { bodyOf, getObject, type ObjectAddress, openObject } from './answers.ts';
import { abortUnfinished, listedUploads, partBytes, uploadInParts } from './multipart.ts';
import { atStart, createS3Client, explaining, putIfAbsent, type S3Settings } from './s3.ts';

interface Probed {
  /** What the store cannot do and how that shows, one line each; runs work without. */
  lacks: string[];
}

const text = 'probe of a store';

/** Throws a user's mistake, naming the store, where it cannot hold what "complete" means. Leaves nothing behind. */
export async function probeStore(client: S3Client, settings: S3Settings): Promise<Probed> {
  const at = { Bucket: settings.bucket, Key: `probe/${randomUUID()}` };
  const inParts = { ...at, Key: `${at.Key}-parts` };
  const refuse: (what: string) => never = (what) => {
    const name = `S3 at ${settings.endpoint ?? 'AWS'}, bucket ${settings.bucket}`;
    throw userMistake(`${name} ${what} (docs/stores.md lists servers that can be used)`);
  };
  // Nobody waits for long at a start.
  const read = (): Promise<Uint8Array | null> => atStart(settings, () => getObject(client, at, 1));
  const write = (by: string): Promise<boolean> =>
    atStart(settings, () => putIfAbsent(client, at, new TextEncoder().encode(by)));
  try {
    // Asked for before it is written: a server or proxy may remember that it was absent.
    if ((await read()) !== null) refuse('does not say which objects are absent');
    if (!(await write(text))) refuse('does not take a new object, since it says that it exists');
    const shown = await read();
    if (shown === null) refuse('does not show an object that was just written');
    if (new TextDecoder().decode(shown) !== text) refuse('returns other bytes than were written');
    if (await write('another writer'))
      refuse('ignores If-None-Match, so that of two writers both would win; use a server that honours it');
    const lacks = [await withoutRanges(client, settings, at), await withoutParts(client, settings, inParts)];
    return { lacks: lacks.filter((each) => each !== null) };
  } finally {
    for (const { Key } of [at, inParts]) {
      await client.send(new DeleteObjectCommand({ ...at, Key })).catch(() => {}); // it does no harm if it stays
    }
  }
}

async function withoutRanges(client: S3Client, settings: S3Settings, at: ObjectAddress): Promise<string | null> {
  const part = await atStart(settings, async () => {
    const object = await openObject(client, { ...at, Range: 'bytes=6-7' });
    return object && (await buffer(bodyOf(object).body)).toString();
  });
  return part === text.slice(6, 8) ? null : 'ranges are ignored: a download that breaks off starts over';
}

async function withoutParts(client: S3Client, settings: S3Settings, at: ObjectAddress): Promise<string | null> {
  const reason = await whyNot(client, settings, at);
  if (reason === null) {
    const listed = await atStart(settings, () => listedUploads(client, at));
    return listed === null ? 'unfinished uploads are not listed: one that breaks off starts over' : null;
  }
  const plain = createS3Client(settings, client.config.credentials, undefined, 'WHEN_REQUIRED');
  const withChecksums = (await client.config.requestChecksumCalculation()) === 'WHEN_SUPPORTED';
  const mended = withChecksums && (await whyNot(plain, settings, at)) === null;
  plain.destroy();
  const remedy = mended ? 'set AWS_REQUEST_CHECKSUM_CALCULATION=when_required, with which they can; ' : '';
  return `files above ${partBytes / 2 ** 20} MiB cannot be stored: ${remedy}${reason}`;
}

/** Why a file cannot be sent in parts; null where it can. */
async function whyNot(client: S3Client, settings: S3Settings, at: ObjectAddress): Promise<string | null> {
  const folder = await mkdtemp(join(tmpdir(), 'dermflow-probe-'));
  try {
    const file = join(folder, 'file');
    await writeFile(file, text);
    const blob = { sha256: digestOf(text), bytes: text.length };
    await explaining(settings, () => uploadInParts(client, at, file, blob));
    return null;
  } catch (error) {
    if (!(error instanceof DermflowError)) throw error;
    await abortUnfinished(client, at).catch(() => {}); // the next try must not go on with it
    return error.message;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
