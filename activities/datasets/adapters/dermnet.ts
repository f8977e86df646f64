/**
 * DermNet as Kaggle hands it out: `{train,test}/<category>/<disease>-<n>.jpg`. The label is the file's name less its
 * number, with spaces for hyphens. Names without a number say no disease and are left out, as in the released code.
 */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Split } from '../../../domain/cases/case.ts';
import { userMistake } from '../../../domain/failures.ts';
import { imagesBelow, stemOf } from '../image-files.ts';
import { type DatasetAdapter, diagnose, undecided } from '../source.ts';

const parts: readonly Extract<Split, 'train' | 'test'>[] = ['train', 'test'];

export const readDermNet: DatasetAdapter = async function* (folder, knowledge) {
  for (const part of parts) {
    if (!(await isFolder(join(folder, part)))) {
      throw userMistake(`${folder}: holds no folder ${part}/; expected ${part}/<category>/<disease>-<number>.jpg`);
    }
  }
  for (const officialSplit of parts) {
    for (const category of (await readdir(join(folder, officialSplit))).toSorted()) {
      const at = `${officialSplit}/${category}`;
      if (!(await isFolder(join(folder, at)))) continue;
      const paths: string[] = [];
      for await (const path of imagesBelow(join(folder, at), [], 0)) paths.push(path);
      for (const path of paths.toSorted()) {
        const stem = stemOf(path);
        const label = diseaseOf(stem);
        if (label === null) {
          yield { kind: 'left out', reason: 'file name without a disease and a number', detail: category };
          continue;
        }
        const diagnosed = diagnose([label], knowledge);
        if (!diagnosed) {
          yield undecided(label, knowledge);
          continue;
        }
        yield {
          kind: 'case',
          where: `${at}/${stem}`,
          id: `${at}/${stem}`,
          source: 'dermnet',
          image: { path },
          group: `dermnet/${at}/${stem}`,
          modality: 'clinical',
          archiveIds: [],
          officialSplit,
          ...diagnosed,
        };
      }
    }
  }
};

/** `bullous-pemphigoid-96` is bullous pemphigoid; null without a number. */
function diseaseOf(stem: string): string | null {
  const disease = /^(?<disease>.+)-\d+$/.exec(stem)?.groups?.disease;
  return disease?.replaceAll('-', ' ') ?? null;
}

const isFolder = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
