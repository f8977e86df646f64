/** `dermflow schedule trend`: the nights of a schedule, in the terminal or as the page. */
import { writeFile } from 'node:fs/promises';
import { Command } from 'commander';
import { readNights } from '../../activities/nights/nights.ts';
import { readText } from '../../activities/store/commit.ts';
import { artifactFiles } from '../../domain/artifact-files.ts';
import { userMistake } from '../../domain/failures.ts';
import { nightWords } from '../../domain/nights/words.ts';
import { withMomentaryServices } from '../momentary-services.ts';
import { parseScheduleName } from './schedules.ts';

export const trendCommand = (): Command =>
  new Command('trend')
    .description('the nights of a schedule, also of one that was deleted')
    .argument('<name>', 'of the schedule')
    .option('-o, --output <file>', 'write the page with the curves there')
    .option('--json', 'as a JSON array, one record per night')
    .action(trend);

async function trend(name: string, { output, json = false }: { output?: string; json?: boolean }): Promise<void> {
  const schedule = parseScheduleName(name);
  const { nights, page } = await withMomentaryServices(async ({ client, store }) => {
    const artifacts = await store();
    const found = await readNights(artifacts, client.options.namespace, schedule);
    const last = found.at(-1);
    if (!last)
      throw userMistake(`there is no night of "${schedule}" yet; "dermflow schedule list" shows when the next is`);
    const text = output === undefined ? '' : await readText(artifacts, last.ref, artifactFiles.night.page.name);
    return { nights: found.map(({ record }) => record), page: text };
  });
  if (output !== undefined) await writeFile(output, page);
  if (json) return console.log(JSON.stringify(nights));
  if (output !== undefined) return console.log(output);
  for (const { night, verdict, benchmarks } of nights) {
    console.log(`${night}  ${verdict}`);
    for (const point of benchmarks) console.log(`  ${nightWords(point)}`);
  }
}
