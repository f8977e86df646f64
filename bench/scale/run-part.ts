/**
 * One part in a process of its own, as in a worker that does nothing else; prints its result and what it took.
 * Arguments: folder of the run, how wrong options are drawn, part, file of its input, `first` or `again`.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MockActivityEnvironment } from '@temporalio/testing';
import type { ImportedSource } from '../../activities/datasets/preparation/imported-sets.ts';
import { withHeartbeats } from '../../activities/heartbeats.ts';
import type { DistractorSource } from '../../domain/questions/distractors.ts';
import { importedFile } from './files.ts';
import { measure } from './measure.ts';
import { createParts, type PartName } from './stand-ins.ts';

const [folder = '', distractors = '', part = '', inputFile = '', when = ''] = process.argv.slice(2);
const imported: ImportedSource[] = JSON.parse(await readFile(join(folder, importedFile), 'utf8')); // as the run wrote it
const input: unknown = JSON.parse(await readFile(inputFile, 'utf8'));
const isAgain = when === 'again';
const parts = await createParts(folder, imported, distractors as DistractorSource, isAgain); // as the parent checked
const work = parts[part as PartName] as (input: unknown) => Promise<unknown>; // whose input a workflow made
const measured = await new MockActivityEnvironment().run(() => withHeartbeats(() => measure(() => work(input))));
console.log(JSON.stringify(measured));
process.exit(0);
