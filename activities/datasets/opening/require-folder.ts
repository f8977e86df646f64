/** Whether a folder can be read at all, checked before anything is looked for in it. */
import { constants } from 'node:fs';
import { access, readdir, stat } from 'node:fs/promises';
import { userMistake } from '../../../domain/failures.ts';
import { listSome } from '../../../domain/words.ts';
import { isUnreadFormat, isUnreadTable, isZipName } from './names.ts';

/** Throws a user's mistake unless `folder` is a folder that can be read and holds something, or a zip archive. */
export async function requireFolder(folder: string): Promise<void> {
  const found = await stat(folder).catch(() => null);
  if (!found) throw userMistake(`${folder}: there is no such folder; give the folder of the data set`);
  if (!found.isDirectory() && isZipName(folder)) return;
  if (!found.isDirectory() && isUnreadTable(folder))
    throw userMistake(`${folder}: is not a folder; save it as CSV beside the images and give their folder`);
  if (!found.isDirectory() && isUnreadFormat(folder))
    throw userMistake(`${folder}: only zip archives are read in place; unpack it and give the folder`);
  if (!found.isDirectory()) throw userMistake(`${folder}: is a file; give the folder of the data set`);
  const readable = await access(folder, constants.R_OK | constants.X_OK).then(
    () => true,
    () => false,
  );
  if (!readable) throw userMistake(`${folder}: may not be read; change its permissions`);
  const entries = await readdir(folder);
  if (entries.length === 0) throw userMistake(`${folder}: is empty; put the data set into it`);
  if (entries.every(isUnreadFormat)) {
    const remedy = entries.every(isUnreadTable) ? 'save it as CSV' : 'unpack it';
    throw userMistake(`${folder}: holds only what is not read, ${listSome(entries)}; ${remedy}, then import again`);
  }
}
