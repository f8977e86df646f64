/** `train-epoch.ts <S3 settings> <folder> <input>`: a gpu worker's attempt in a process of its own, which may be killed. */
import { createS3Client, createS3Store } from '../../activities/store/s3.ts';
import { createStandInWorker } from './stand-in.ts';
import { runActivity } from './training.ts';

const [settings = '', folder = '', input = ''] = process.argv.slice(2);
const client = createS3Client(JSON.parse(settings), { accessKeyId: 'anybody', secretAccessKey: 'anything' });
const worker = await createStandInWorker(createS3Store(client, JSON.parse(settings)), folder);
await runActivity(() => worker.trainSft(JSON.parse(input)));
