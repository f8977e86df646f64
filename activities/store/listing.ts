/** Keys below a prefix. A listing that is cut off without an error would hide checkpoints, so it is never taken for whole. */
import { paginateListObjectsV2, type S3Client } from '@aws-sdk/client-s3';
import { userMistake } from '../../domain/failures.ts';
import { Garbled } from './refusals.ts';

/** Calls `onKey` with each key as its page comes, in no particular order (SeaweedFS's is not by bytes); a server may repeat one. */
export async function listKeys(
  client: S3Client,
  Bucket: string,
  Prefix: string,
  onKey: (key: string) => void,
): Promise<void> {
  let listed = 0;
  const seen = new Set<string>();
  for await (const page of paginateListObjectsV2({ client }, { Bucket, Prefix })) {
    if (page.IsTruncated === undefined && page.KeyCount === undefined && page.Name === undefined) {
      throw new Garbled('the answer is not a listing of a bucket');
    }
    // Consoles and copying tools leave empty objects that stand for folders.
    for (const { Key } of page.Contents ?? []) {
      if (Key === undefined || Key.endsWith('/')) continue;
      onKey(Key);
      listed += 1;
    }
    const next = page.NextContinuationToken ?? '';
    // Some name where to go on at the end, too.
    if (page.IsTruncated === false || (page.IsTruncated === undefined && next === '')) break;
    if (next === '' || seen.has(next)) {
      throw userMistake(
        `bucket ${Bucket}: the server lists ${listed} objects below "${Prefix}" and not how to go on (ListObjectsV2); use another one (DERMFLOW_S3_ENDPOINT)`,
      );
    }
    seen.add(next);
  }
}
