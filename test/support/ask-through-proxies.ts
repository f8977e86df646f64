/** `node ask-through-proxies.ts <host> <port>`: asks a server there by every client that Dermflow has, and prints how it went. */
import { HeadBucketCommand } from '@aws-sdk/client-s3';
import { Connection } from '@temporalio/client';
import { createS3Client } from '../../activities/store/s3.ts';
import { useProxies } from '../../platform/proxy.ts';

useProxies();
const [, , host = '', port = ''] = process.argv;
const address = `${host}:${port}`;

const answered = await fetch(`http://${address}/models`, { signal: AbortSignal.timeout(5_000) }).then(
  (response) => response.text(),
  String,
);
console.log(`fetch ${answered}`);
const s3 = createS3Client(
  { endpoint: `http://${address}`, region: 'us-east-1', bucket: 'b' },
  { accessKeyId: 'a', secretAccessKey: 'b' },
);
await s3.send(new HeadBucketCommand({ Bucket: 'b' })).then(console.log, (error) => console.log(`s3 ${error}`));
await Connection.connect({ address, connectTimeout: 1_000 }).catch((error: unknown) =>
  console.log(`temporal ${error}`),
);
process.exit();
