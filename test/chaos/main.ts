/** `npm run test:chaos -- --kills 30 --seed 1`: kill -9 at random moments; the result must have the bytes of a run without. */
import { isDeepStrictEqual, parseArgs } from 'node:util';
import { z } from 'zod';
import { runChaos } from './chaos.ts';

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '30' },
    seed: { type: 'string', default: '1' },
    'kills-per-run': { type: 'string', default: '5' },
  },
});
const count = z.coerce.number().int().positive();

const { undisturbed, disturbed, kills } = await runChaos({
  kills: count.parse(values.kills),
  seed: count.parse(values.seed),
  killsPerRun: count.parse(values['kills-per-run']),
  report: (line) => console.log(line),
});
const other = disturbed.filter((outcome) => !isDeepStrictEqual(outcome, undisturbed)).length;
console.log(`${kills} kills in ${disturbed.length} runs, ${other} runs with other bytes`);
process.exit(other === 0 ? 0 : 1);
