/**
 * An object as a file, verified on the way. The SDK asks again only until an answer begins; an answer that breaks off,
 * stalls or ends early is continued here from where it stopped, so that a file of 15 GB is not fetched twice.
 */
import { createHash, randomUUID } from 'node:crypto';
import { type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import type { Readable } from 'node:stream';
import { type S3Client, S3ServiceException } from '@aws-sdk/client-s3';
import type { BlobRef } from '../../domain/artifact.ts';
import { byteCounter, transferring } from '../motion.ts';
import { bodyOf, type ObjectAddress, openObject } from './answers.ts';
import { Garbled } from './refusals.ts';

/** How many answers in a row may bring nothing new before the download fails. */
const fruitlessAnswers = 5;
/** How often other bytes than the object's must come until it counts as damaged. */
const wrongAnswers = 2;

/** The file gets its name only once all bytes are there and their digest is right. */
export async function download(
  client: S3Client,
  at: ObjectAddress,
  path: string,
  blob: BlobRef,
): Promise<'done' | 'absent' | 'damaged'> {
  await mkdir(dirname(path), { recursive: true });
  const partial = `${path}.${randomUUID()}.partial`;
  try {
    const file = await open(partial, 'w');
    try {
      const state = await transferring('downloading', basename(path), blob.bytes, () => fill(client, at, file, blob));
      if (state !== 'done') return state;
    } finally {
      await file.close();
    }
    await rename(partial, path);
    return 'done';
  } finally {
    await rm(partial, { force: true });
  }
}

/** What has come so far. */
interface Received {
  bytes: number;
  hash: ReturnType<typeof createHash>;
  /** The answer was encoded on the way, so that a count of its bytes is no position in the object. */
  encoded: boolean;
}

const nothing = (): Received => ({ bytes: 0, hash: createHash('sha256'), encoded: false });

async function fill(client: S3Client, at: ObjectAddress, file: FileHandle, blob: BlobRef) {
  const count = byteCounter();
  let received = nothing();
  const beginAnew = async (): Promise<void> => {
    count(-received.bytes);
    received = nothing();
    await file.truncate(0);
  };
  let furthest = 0;
  let wrong = 0;
  for (let fruitless = 0; ; ) {
    const answer = await ask(client, at, received);
    if (answer === 'absent') return 'absent' as const;
    let broken: Error | null = null;
    if (answer !== 'beyond') {
      if (!answer.continues && received.bytes > 0) await beginAnew();
      received.encoded = answer.encoded;
      broken = await receive(answer.body, file, received, count);
    }
    const { bytes, hash } = received;
    if (bytes === blob.bytes && hash.digest('hex') === blob.sha256) return 'done' as const;
    // Other bytes, or an object that ends before those that came: altered on the way, unless it comes so again.
    if (answer === 'beyond' || bytes >= blob.bytes) {
      wrong++;
      if (wrong === wrongAnswers) return 'damaged' as const;
      await beginAnew();
      continue;
    }
    fruitless = bytes > furthest ? 0 : fruitless + 1;
    furthest = Math.max(furthest, bytes);
    if (fruitless < fruitlessAnswers) continue;
    if (broken) throw new Garbled('the answer broke off', { cause: broken });
    return 'damaged' as const; // it ends early every time, without an error
  }
}

interface Answer {
  body: Readable;
  /** Begins where the received bytes end; false where it starts over. */
  continues: boolean;
  encoded: boolean;
}

async function ask(client: S3Client, at: ObjectAddress, { bytes, encoded }: Received) {
  const range = bytes > 0 && !encoded ? { Range: `bytes=${bytes}-` } : {};
  try {
    const object = await openObject(client, { ...at, ...range });
    if (!object) return 'absent' as const;
    const continues = object.ContentRange?.startsWith(`bytes ${bytes}-`) === true;
    return { ...bodyOf(object), continues } satisfies Answer;
  } catch (error) {
    const beyond = error instanceof S3ServiceException && error.$metadata.httpStatusCode === 416;
    if (beyond) return 'beyond' as const;
    throw error;
  }
}

/** Writes what comes; returns how the answer broke off, null where it is complete. Errors of the disk are thrown. */
async function receive(
  body: Readable,
  file: FileHandle,
  received: Received,
  count: (bytes: number) => void,
): Promise<Error | null> {
  try {
    for await (const chunk of body) {
      await writeAt(file, chunk, received.bytes);
      received.hash.update(chunk);
      received.bytes += chunk.length;
      count(chunk.length);
    }
    return null;
  } catch (error) {
    if (!body.errored) throw error;
    return body.errored;
  }
}

async function writeAt(file: FileHandle, chunk: Buffer, position: number): Promise<void> {
  for (let done = 0; done < chunk.length; ) {
    done += (await file.write(chunk, done, chunk.length - done, position + done)).bytesWritten;
  }
}
