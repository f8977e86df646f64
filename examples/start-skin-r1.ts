/** Starts Skin-R1 from your own program, with nothing but Temporal's client: `node examples/start-skin-r1.ts [recipe]`. */
import { readFile } from 'node:fs/promises';
import { Client, Connection } from '@temporalio/client';

const file = process.argv[2] ?? 'recipes/demo.yaml';
// biome-ignore lint/style/noProcessEnv: a program of its own, which uses nothing of Dermflow
const connection = await Connection.connect({ address: process.env.TEMPORAL_ADDRESS ?? '127.0.0.1:7233' });
const client = new Client({ connection });

const run = await client.workflow.start('skinR1', {
  taskQueue: 'dermflow',
  workflowId: `example-${Date.now()}`,
  args: [{ recipe: await readFile(file, 'utf8') }],
});
console.log(`started ${run.workflowId}`);
console.log(JSON.stringify(await run.result(), null, 2));
await connection.close();
