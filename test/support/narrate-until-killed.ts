/**
 * Writes narratives about drawn cases, by the language model and into the bucket that the environment names; its last line
 * has the digests of what was written.
 */
import { tmpdir } from 'node:os';
import { createLlmChooser } from '../../activities/llm/client.ts';
import { writeNarratives } from '../../activities/narratives/write.ts';
import { createS3Client, createS3Store, ensureBucket } from '../../activities/store/s3.ts';
import { readEnvironment } from '../../platform/env.ts';
import { shippedKnowledge } from './knowledge.ts';
import { drawnCases, narrativeRecipe, storeCases, writing } from './narratives.ts';

const environment = { ...readEnvironment(process.env), scratch: tmpdir() };
const client = createS3Client(environment.s3);
await ensureBucket(client, environment.s3);
const store = createS3Store(client, environment.s3);
const llm = createLlmChooser(environment, (image) => store.getBlob(image))(undefined);
const { trajectories } = await writeNarratives({
  ...{ ...writing(store, llm), settings: environment.llm },
  recipe: narrativeRecipe({ describer: 'llm', maxRejectedShare: 0.5 }, { prompts: 'paper' }),
  dataset: await storeCases(store, drawnCases()),
  ...{ descriptions: null, knowledge: shippedKnowledge },
});
const { files } = await store.manifest(trajectories);
console.log(JSON.stringify(Object.fromEntries(Object.entries(files).map(([name, { sha256 }]) => [name, sha256]))));
process.exit(); // with connections open
