/** One import in a process of its own; prints seconds and the process's peak memory. Arguments: folder, store. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { importDataset, importFactsSchema } from '../../activities/datasets/import/import-dataset.ts';
import { loadKnowledge } from '../../activities/knowledge.ts';
import { createDiskStore } from '../../test/support/disk-store.ts';

const [folder = '', storeFolder = ''] = process.argv.slice(2);
const knowledge = await loadKnowledge();
const store = createDiskStore(storeFolder);
const scratch = await mkdtemp(join(tmpdir(), 'dermflow-bench-scratch-'));
const before = process.cpuUsage();
const started = performance.now();
const settings = { maxPixels: 200_704, snapTo: 28, maxBadShare: 0 };
const artifact = await importDataset({ store, folder, adapter: 'ham10000', settings, knowledge, scratch });
const seconds = (performance.now() - started) / 1000;
const { cases: images } = importFactsSchema.parse((await store.manifest(artifact)).facts);
const { user, system } = process.cpuUsage(before);
const cpuSeconds = (user + system) / 1e6;
await rm(scratch, { recursive: true, force: true });
const peakMiB = process.resourceUsage().maxRSS / 1024;
console.log(JSON.stringify({ images, seconds, cpuSeconds, peakMiB }));
