/** Scratch folders of owners that are not this process. */
import { mkdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { type Owner, thisProcess } from '../../activities/owner.ts';
import { ownerFile, type ScratchRecord } from '../../activities/scratch.ts';

/** Another process of this machine, whose number this one has by now. */
export const deadOwner = (changes: Partial<Owner> = {}): Owner => ({
  ...thisProcess(),
  id: 'another process',
  start: '1',
  ...changes,
});

/** Makes a folder below `scratch` as an owner left it, or has it. */
export async function scratchFolderOf(scratch: string, name: string, owner = deadOwner()): Promise<string> {
  const place = join(scratch, name);
  await mkdir(join(place, 'work'), { recursive: true });
  await writeFile(join(place, 'work/optimizer.pt'), 'state');
  const record: ScratchRecord = { schema: 1, id: basename(place), owner };
  await writeFile(join(place, ownerFile), JSON.stringify(record));
  return place;
}
