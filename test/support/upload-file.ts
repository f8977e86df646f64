/** A process that uploads one file and may be killed: `node upload-file.ts <settings as JSON> <path>`. */
import { createS3Client, createS3Store } from '../../activities/store/s3.ts';

const [settings = '', path = ''] = process.argv.slice(2);
await createS3Store(createS3Client(JSON.parse(settings)), JSON.parse(settings)).putFile(path);
