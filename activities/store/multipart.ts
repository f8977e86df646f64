/**
 * A large file as one S3 object, sent in parts. Keys are digests, so an unfinished upload of a key holds parts of the
 * same bytes: whoever finds it, after a crash or beside another worker, sends only the parts that it lacks. That is why
 * this is not the SDK's `Upload` (lib-storage), which starts over each time; nor does it compare a digest of the whole.
 */
import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import {
  AbortMultipartUploadCommand,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  ListMultipartUploadsCommand,
  type MultipartUpload,
  type Part,
  paginateListParts,
  type S3Client,
  S3ServiceException,
  UploadPartCommand,
  type UploadPartCommandInput,
  type UploadPartCommandOutput,
} from '@aws-sdk/client-s3';
import type { BlobRef } from '../../domain/artifact.ts';
import { corrupt } from '../../domain/failures.ts';
import { byteCounter } from '../motion.ts';
import { type ObjectAddress, objectSize, requireETag } from './answers.ts';
import { Garbled } from './refusals.ts';
import { withUnsignedBody } from './unsigned.ts';

/** Files up to this size, in bytes, are better sent by one request. */
export const partBytes = 16 * 2 ** 20;
const partsAllowed = 10_000;
const partsInFlight = 4;

/** Throws `Corrupt` when the file is not what `blob` says; no object is made then. */
export async function uploadInParts(client: S3Client, at: ObjectAddress, path: string, blob: BlobRef): Promise<void> {
  const uploads = await unfinishedUploads(client, at);
  const begun = uploads.at(-1);
  const UploadId = begun ?? (await begin(client, at));
  const file = await open(path);
  try {
    const upload = { ...at, UploadId };
    const standing = begun === undefined ? [] : await standingParts(client, upload);
    const Parts = await sendMissingParts(client, upload, file, blob, standing);
    const complete = new CompleteMultipartUploadCommand({ ...at, UploadId, MultipartUpload: { Parts } });
    requireETag(await client.send(complete));
  } catch (error) {
    // Another worker finished this very upload first.
    if (!isNoSuchUpload(error) || !(await isThere(client, at, blob))) throw error;
  } finally {
    await file.close();
  }
  for (const id of uploads.filter((other) => other !== UploadId)) await abort(client, { ...at, UploadId: id });
}

/** Ids, the newest last; none where the server does not list them, as OSS: there each upload starts over. */
async function unfinishedUploads(client: S3Client, { Bucket, Key }: ObjectAddress): Promise<string[]> {
  const Uploads = await listedUploads(client, { Bucket, Key });
  return (Uploads ?? [])
    .filter((upload) => upload.Key === Key)
    .toSorted((a, b) => Number(a.Initiated) - Number(b.Initiated))
    .flatMap(({ UploadId }) => (UploadId === undefined ? [] : [UploadId]));
}

/** Null where the server cannot. */
export async function listedUploads(
  client: S3Client,
  { Bucket, Key }: ObjectAddress,
): Promise<MultipartUpload[] | null> {
  try {
    return (await client.send(new ListMultipartUploadsCommand({ Bucket, Prefix: Key }))).Uploads ?? [];
  } catch (error) {
    const status = error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined;
    if (status === 501 || status === 405) return null;
    throw error;
  }
}

/** Removes what was sent of uploads that nobody is to go on with. */
export async function abortUnfinished(client: S3Client, at: ObjectAddress): Promise<void> {
  for (const UploadId of await unfinishedUploads(client, at)) await abort(client, { ...at, UploadId });
}

async function begin(client: S3Client, at: ObjectAddress): Promise<string> {
  const checksum = (await withChecksums(client)) ? { ChecksumAlgorithm: 'CRC32' as const } : {};
  const { UploadId } = await client.send(new CreateMultipartUploadCommand({ ...at, ...checksum }));
  if (UploadId === undefined) throw new Garbled('an upload in parts began without an id');
  return UploadId;
}

async function standingParts(client: S3Client, upload: ObjectAddress & { UploadId: string }): Promise<Part[]> {
  const parts: Part[] = [];
  for await (const page of paginateListParts({ client }, upload)) parts.push(...(page.Parts ?? []));
  return parts;
}

/** Reads the file once from its start to its end; what is there already is compared and not sent again. */
async function sendMissingParts(
  client: S3Client,
  upload: ObjectAddress & { UploadId: string },
  file: FileHandle,
  blob: BlobRef,
  standing: readonly Part[],
): Promise<CompletedPart[]> {
  const checked = await withChecksums(client);
  const size = Math.max(partBytes, Math.ceil(blob.bytes / partsAllowed));
  const count = byteCounter();
  const whole = createHash('sha256');
  const parts: Promise<CompletedPart>[] = [];
  const buffers: Buffer[] = [];
  for (let start = 0; start < blob.bytes; start += size) {
    // The part that was read into this buffer has been sent.
    await parts.at(-partsInFlight);
    const turn = parts.length % partsInFlight;
    buffers[turn] ??= Buffer.allocUnsafe(Math.min(size, blob.bytes));
    const body = await readPart(file, start, buffers[turn].subarray(0, blob.bytes - start));
    whole.update(body);
    const crc = crc32InBase64(body);
    const part = { PartNumber: parts.length + 1, ...(checked ? { ChecksumCRC32: crc } : {}) };
    const known = standing.find(({ PartNumber }) => PartNumber === part.PartNumber);
    const there = known && isSame(known, body, crc) ? known : null;
    if (there) count(body.byteLength);
    const complete = there ?? sendPart(client, upload, part, body);
    parts.push(Promise.resolve(complete).then(({ ETag = '' }) => ({ ...part, ETag })));
    // It is awaited later; until then its failure must not count as unhandled.
    parts.at(-1)?.catch(() => {});
  }
  const sent = await Promise.all(parts);
  if (whole.digest('hex') !== blob.sha256) {
    await abort(client, upload);
    throw corrupt(`file of blob ${blob.sha256} changed while it was uploaded`);
  }
  return sent;
}

async function sendPart(
  client: S3Client,
  upload: ObjectAddress & { UploadId: string },
  part: Pick<UploadPartCommandInput, 'PartNumber' | 'ChecksumCRC32'>,
  body: Buffer,
): Promise<UploadPartCommandOutput> {
  const sent = await client.send(withUnsignedBody(new UploadPartCommand({ ...upload, ...part, Body: body })));
  requireETag(sent);
  return sent;
}

async function readPart(file: FileHandle, start: number, buffer: Buffer): Promise<Buffer> {
  for (let have = 0; have < buffer.length; ) {
    const { bytesRead } = await file.read(buffer, have, buffer.length - have, start + have);
    if (bytesRead === 0) return buffer.subarray(0, have);
    have += bytesRead;
  }
  return buffer;
}

/** Off where `AWS_REQUEST_CHECKSUM_CALCULATION` says so, for servers that know no checksums of requests. */
const withChecksums = async (client: S3Client): Promise<boolean> =>
  (await client.config.requestChecksumCalculation()) === 'WHEN_SUPPORTED';

/** By the checksum where the server lists it, else by its ETag, which is the MD5 wherever a server does not encrypt. */
const isSame = (part: Part, body: Buffer, crc: string): boolean =>
  part.Size === body.byteLength &&
  (part.ChecksumCRC32 === undefined
    ? part.ETag?.replaceAll('"', '') === createHash('md5').update(body).digest('hex')
    : part.ChecksumCRC32 === crc);

function crc32InBase64(body: Buffer): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(crc32(body));
  return bytes.toString('base64');
}

async function abort(client: S3Client, upload: ObjectAddress & { UploadId: string }): Promise<void> {
  try {
    await client.send(new AbortMultipartUploadCommand(upload));
  } catch (error) {
    if (!isNoSuchUpload(error)) throw error;
  }
}

const isNoSuchUpload = (error: unknown): boolean =>
  error instanceof S3ServiceException && error.$metadata.httpStatusCode === 404;

const isThere = async (client: S3Client, at: ObjectAddress, blob: BlobRef): Promise<boolean> =>
  (await objectSize(client, at)) === blob.bytes;
