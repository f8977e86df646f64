/** A bucket for one measurement. */
import { DeleteBucketCommand, DeleteObjectsCommand, paginateListObjectsV2, type S3Client } from '@aws-sdk/client-s3';
import { createS3Client, ensureBucket, type S3Settings } from '../../activities/store/s3.ts';

/**
 * Removes the bucket afterwards: an object that is only deleted frees none of SeaweedFS's disk.
 *
 * @param at server in which the bucket is made
 */
export async function withBucket<T>(
  at: S3Settings,
  work: (client: S3Client, settings: S3Settings) => Promise<T>,
): Promise<T> {
  const settings = { ...at, bucket: `dermflow-bench-${Date.now()}` };
  const client = createS3Client(settings);
  try {
    await ensureBucket(client, settings);
    return await work(client, settings).finally(() => removeBucket(client, settings.bucket));
  } finally {
    client.destroy();
  }
}

async function removeBucket(client: S3Client, Bucket: string): Promise<void> {
  for await (const { Contents = [] } of paginateListObjectsV2({ client }, { Bucket })) {
    const Objects = Contents.map(({ Key }) => ({ Key }));
    if (Objects.length > 0) await client.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }));
  }
  await client.send(new DeleteBucketCommand({ Bucket }));
}
