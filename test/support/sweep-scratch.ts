/** `sweep-scratch.ts <scratch>`: a worker that sweeps for four seconds, and takes leases for given up after less. */
import { setTimeout as sleep } from 'node:timers/promises';
import { createLeaseWatch } from '../../activities/lease.ts';
import { sweepScratch } from '../../activities/scratch.ts';

const [scratch = ''] = process.argv.slice(2);
const leases = createLeaseWatch({ renewEveryMs: 100, expireAfterMs: 1_500, watchMs: 1_000 });
for (const end = performance.now() + 4_000; performance.now() < end; await sleep(100)) {
  await sweepScratch(scratch, async () => true, leases);
}
