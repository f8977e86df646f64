/** A bucket for one measurement. */
import { DeleteBucketCommand, DeleteObjectsCommand, paginateListObjectsV2, type S3Client } from '@aws-sdk/client-s3';
import { createS3Client, ensureBucket, type S3Settings } from '../../activities/store/s3.ts';
import { readEnvironment } from '../../platform/env.ts';

/** Removes the bucket afterwards: an object that is only deleted frees none of SeaweedFS's disk. */
export async function withBucket<T>(work: (client: S3Client, settings: S3Settings) => Promise<T>): Promise<T> {
  const settings = { ...readEnvironment(process.env).s3, bucket: `dermflow-bench-${Date.now()}` };
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
