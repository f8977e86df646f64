/**
 * Zip archives, read where they lie: a member is found by its place in the archive and decoded into memory or a stream.
 * Nothing is unpacked, so no path in an archive can write anywhere.
 */
import { open, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { crc32 } from 'node:zlib';
import { Entry, openPromise, type ZipFile } from 'yauzl';
import { z } from 'zod';
import { userMistake } from '../../../domain/failures.ts';
import { kindBytes, kindOf } from './file-kind.ts';

/** Where a member lies in its archive; enough to read it without the archive's directory. Sizes in bytes. */
export const zipMemberSchema = z.object({
  name: z.string(),
  headerAt: z.number(),
  packed: z.number(),
  bytes: z.number(),
  method: z.number(),
  flags: z.number(),
  crc: z.number(),
});
export type ZipMember = z.infer<typeof zipMemberSchema>;

/** Real sets stay below 20 (tables of zeros and ones); deflate can reach 1,032, which is what bombs are made of. */
const maxRatio = 200;
/** Below this no ratio does harm: 1 MiB. */
const harmlessBytes = 1024 ** 2;

const unixLink = 0o120000;
const unixKind = 0o170000;

/** Members that are files; a symbolic link, an encrypted member and a bomb are user's mistakes naming the archive. */
export async function* zipMembers(path: string): AsyncGenerator<ZipMember> {
  const name = basename(path);
  const allowed = Math.max(harmlessBytes, maxRatio * (await stat(path)).size);
  let total = 0;
  await refuseOthers(path);
  const archive = await openArchive(path);
  try {
    for await (const entry of archive.eachEntry()) {
      if (entry.fileName.endsWith('/')) continue;
      const member = memberOf(entry);
      total += member.bytes;
      const unpacksTooFar = member.bytes > harmlessBytes && member.bytes > maxRatio * member.packed;
      if (unpacksTooFar || total > allowed) {
        throw userMistake(
          `${name}: ${member.name} unpacks to more than ${maxRatio} times its size, as no data set does; the archive is not read`,
        );
      }
      if (((entry.externalFileAttributes >>> 16) & unixKind) === unixLink) {
        throw userMistake(`${name}: ${member.name} is a symbolic link; pack the file itself`);
      }
      if (entry.isEncrypted()) throw userMistake(`${name}: ${member.name} is encrypted; unpack it with its password`);
      if (!entry.canDecodeFileData()) {
        throw userMistake(`${name}: ${member.name} is packed by method ${member.method}; unpack the archive`);
      }
      yield member;
    }
  } catch (error) {
    throw asDamage(name, error);
  } finally {
    archive.close();
  }
}

/** A download that failed leaves nothing, or the server's page, under the archive's name. */
async function refuseOthers(path: string): Promise<void> {
  const file = await open(path);
  try {
    const { buffer: head, bytesRead } = await file.read(Buffer.alloc(kindBytes), 0, kindBytes, 0);
    const kind = kindOf(head.subarray(0, bytesRead));
    if (kind === 'an empty file') throw userMistake(`${basename(path)}: is an empty file; download it again`);
    if (kind === 'an HTML page' || kind === 'JSON')
      throw userMistake(
        `${basename(path)}: is ${kind === 'JSON' ? kind : 'a web page'}, not a zip archive; download it again`,
      );
  } finally {
    await file.close();
  }
}

const memberOf = (entry: Entry): ZipMember => ({
  name: entry.fileName,
  headerAt: entry.relativeOffsetOfLocalHeader,
  packed: entry.compressedSize,
  bytes: entry.uncompressedSize,
  method: entry.compressionMethod,
  flags: entry.generalPurposeBitFlag,
  crc: entry.crc32,
});

/** A member whose bytes are not what the archive declares. */
class DamagedMember extends RangeError {}

/** An archive that stays open while its members are read. */
export interface OpenZip {
  /** Bytes of a member, at most as many as its directory declares; a `DamagedMember` where they are others. */
  read(member: ZipMember): Promise<Buffer>;
  stream(member: ZipMember): Promise<Readable>;
  close(): void;
}

export async function openZip(path: string): Promise<OpenZip> {
  const archive = await openArchive(path);
  const stream = (member: ZipMember): Promise<Readable> => archive.openReadStreamPromise(entryOf(member));
  return {
    stream,
    async read(member) {
      const damaged = `${basename(member.name)}: is damaged in ${basename(path)}`;
      try {
        // The stream ends with an error where the member is longer or shorter than declared.
        const bytes = await buffer(await stream(member));
        if (crc32(bytes) !== member.crc) throw new DamagedMember(damaged);
        return bytes;
      } catch (error) {
        throw isDamage(error) ? new DamagedMember(`${damaged} (${error.message})`) : error;
      }
    },
    close: () => archive.close(),
  };
}

/** The library decodes by these fields alone. */
const entryOf = (member: ZipMember): Entry =>
  Object.assign(new Entry(), {
    fileName: member.name,
    relativeOffsetOfLocalHeader: member.headerAt,
    compressedSize: member.packed,
    uncompressedSize: member.bytes,
    compressionMethod: member.method,
    generalPurposeBitFlag: member.flags,
  });

/** A path that leaves the archive is refused by the library. */
const openArchive = (path: string): Promise<ZipFile> =>
  openPromise(path, { lazyEntries: true, autoClose: false, validateEntrySizes: true, strictFileNames: false }).catch(
    (error: unknown) => {
      throw asDamage(basename(path), error);
    },
  );

/** Damage as a mistake of one line; what is no damage (a disk, a mistake already reported) as it is. */
export const asDamage = (what: string, error: unknown): unknown =>
  isDamage(error)
    ? userMistake(`${what}: cannot be read (${error.message}); download it again or unpack it`, error)
    : error;

/** Plain errors are the library's, those with a code in `Z_` the decoder's; a disk's name a system call. */
const isDamage = (error: unknown): error is Error =>
  error instanceof Error && error.constructor === Error && !('syscall' in error);
