/** `dermflow data`: imports a data set from this machine, or says what an import would find. */
import { Argument, Command, InvalidArgumentError, Option } from 'commander';
import { checkDataset } from '../../activities/datasets/import/check.ts';
import { leftOutWords, type ReadRequest, readRecords } from '../../activities/datasets/import/first-pass.ts';
import { importDataset, readMalignantLeftOut } from '../../activities/datasets/import/import-dataset.ts';
import { plainName } from '../../activities/datasets/opening/names.ts';
import { loadKnowledge } from '../../activities/knowledge.ts';
import { DermflowError, exitCodes, failureTypes, unavailable, userMistake } from '../../domain/failures.ts';
import { type AdapterName, adapterNames } from '../../domain/recipe/data.ts';
import { findServices } from '../environment.ts';
import { openStore } from '../session.ts';
import { showImport, showNote } from '../start/run.ts';
import { renderCheck } from './render-check.ts';

interface CheckOptions {
  from: string;
  json?: boolean;
  maxBadShare: string;
}

interface ImportOptions extends CheckOptions {
  maxPixels: string;
  snapTo: string;
}

const adapterArgument = (): Argument =>
  new Argument('<adapter>', 'which set; docs/data-sets.md says where to get each')
    .choices([...adapterNames])
    .argParser(readAdapter);
const fromOption = (): Option =>
  new Option('--from <folder>', 'folder of the set, or its zip archive').makeOptionMandatory();
const badShareOption = (): Option =>
  new Option('--max-bad-share <share>', 'share of absent or unusable images that is let pass, 0 to 1').default('0.01');

export const dataCommand = (): Command =>
  new Command('data')
    .description('import a data set, or check what an import would find')
    .addCommand(
      new Command('import')
        .description('store the cases and images of a set; the same contents are stored once')
        .addArgument(adapterArgument())
        .addOption(fromOption())
        .option('--max-pixels <count>', 'budget of an image', '200704')
        .option('--snap-to <pixels>', 'both sides become multiples of this', '28')
        .addOption(badShareOption())
        .option('--json', 'one JSON object')
        .action(importData),
    )
    .addCommand(
      new Command('check')
        .description('read the tables; count classes, absent images and labels that the taxonomy does not know')
        .addArgument(adapterArgument())
        .addOption(fromOption())
        .addOption(badShareOption())
        .option('--json', 'one JSON object')
        .action(checkData),
    );

/** Reads a set's tables and no image, so that a mistake in them is reported before missing services are. */
export async function readThrough(request: ReadRequest): Promise<void> {
  for await (const _ of readRecords(request));
}

/** A set's name in any letter case and punctuation, as `--data` takes it. */
export function readAdapter(text: string): AdapterName {
  const found = adapterNames.find((name) => plainName(name) === plainName(text));
  if (found !== undefined) return found;
  throw new InvalidArgumentError(`Allowed choices are ${adapterNames.join(', ')}.`);
}

async function importData(adapter: AdapterName, { from, json = false, ...options }: ImportOptions): Promise<void> {
  const settings = {
    maxPixels: readNumber('--max-pixels', options.maxPixels, wholeNumber),
    snapTo: readNumber('--snap-to', options.snapTo, wholeNumber),
    maxBadShare: readShare(options.maxBadShare),
  };
  const { environment, stack } = await findServices();
  const knowledge = await loadKnowledge();
  const { store, close } = await openStore(environment, { writes: true }).catch(async (error: unknown) => {
    const isAway = error instanceof DermflowError && error.type === failureTypes.unavailable;
    if (stack !== null || !(isAway || environment.s3.endpoint === undefined)) throw error;
    await readThrough({ adapter, folder: from, knowledge });
    const reason = error instanceof Error ? error.message : String(error);
    throw unavailable(
      `no services run to import into; run "dermflow up", or set the store's address (${reason})`,
      error,
    );
  });
  try {
    const { scratch } = environment;
    const request = { store, folder: from, adapter, settings, scratch, knowledge };
    const imported = await importDataset({ ...request, onProgress: showImport, onNote: showNote });
    const manifest = await store.manifest(imported);
    const { facts } = manifest;
    if (json) return console.log(JSON.stringify({ adapter, imported, facts }));
    for (const lost of await readMalignantLeftOut(store, manifest)) console.log(leftOutWords(lost));
    console.log(`${adapter}: ${JSON.stringify(facts)}`);
    console.log(`in a recipe: { adapter: ${adapter}, imported: ${JSON.stringify(imported)} }`);
  } finally {
    close();
  }
}

async function checkData(adapter: AdapterName, { from, json = false, ...options }: CheckOptions): Promise<void> {
  const maxBadShare = readShare(options.maxBadShare);
  const check = await checkDataset({ adapter, folder: from, maxBadShare, knowledge: await loadKnowledge() });
  console.log(json ? JSON.stringify(check) : renderCheck(check).join('\n'));
  if (check.failure === null) return;
  if (!json) console.error(check.failure);
  process.exitCode = exitCodes.failedRun;
}

interface Range {
  allows(value: number): boolean;
  /** What the user may give. */
  words: string;
}

const wholeNumber: Range = { allows: (n) => Number.isInteger(n) && n > 0, words: 'a whole number above 0' };
const share: Range = {
  allows: (n) => n >= 0 && n <= 1,
  words: 'a share from 0 to 1, e.g. 0.05 for one image in twenty',
};

/** Reads `--max-bad-share`: 0 to 1. */
export const readShare = (text: string): number => readNumber('--max-bad-share', text, share);

function readNumber(flag: string, text: string, { allows, words }: Range): number {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (!allows(value)) throw userMistake(`${flag} ${JSON.stringify(text)}: give ${words}`);
  return value;
}
