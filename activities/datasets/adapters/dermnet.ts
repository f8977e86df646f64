/**
 * DermNet as Kaggle hands it out: `{train,test}/<category>/<disease>-<n>.jpg`. The label is the file's name less its
 * number, with spaces for hyphens. Names without a number say no disease and are left out, as in the released code; so
 * are names that say "histology" or "laboratory". "Dermoscopy" in a name is the modality.
 */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Split } from '../../../domain/cases/case.ts';
import { userMistake } from '../../../domain/failures.ts';
import { createMalignantNames } from '../../../domain/knowledge/malignant-label.ts';
import { imagesBelow, stemOf } from '../image-files.ts';
import { type DatasetAdapter, diagnose, undecided } from '../source.ts';

/** Slides, cultures and the like: what the disease looks like in a laboratory. */
const notClinicalWord =
  /\b(?:histo(?:logy|logical|logic|patholog\w*)?|patholog\w*|cytolog\w*|laborator\w*|lab|microscop\w*|cultures?|koh|tzanck|smears?|gram stain|immunofluorescence|electron)\b/i;
const dermoscopyWord = /\b(?:derm(?:at)?oscop\w*|epiluminescence)\b/i;

const parts: readonly Extract<Split, 'train' | 'test'>[] = ['train', 'test'];

export const readDermNet: DatasetAdapter = async function* (folder, knowledge) {
  for (const part of parts) {
    if (!(await isFolder(join(folder, part)))) {
      throw userMistake(`${folder}: holds no folder ${part}/; expected ${part}/<category>/<disease>-<number>.jpg`);
    }
  }
  const isMalignant = createMalignantNames(knowledge.taxonomy);
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
          const words = wordsOf(stem);
          const detail = isMalignant(words) ? words : category;
          yield { kind: 'left out', reason: 'file name without a disease and a number', detail };
          continue;
        }
        const notClinical = notClinicalWord.exec(label)?.[0].toLowerCase();
        if (notClinical !== undefined) {
          yield { kind: 'left out', reason: `no picture of the skin: ${notClinical}`, detail: label };
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
          modality: dermoscopyWord.test(label) ? 'dermoscopic' : 'clinical',
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

/** `03BowensDiseaseLeg` is Bowens Disease Leg. */
const wordsOf = (stem: string): string =>
  stem
    .replaceAll(/[-_\d]+/g, ' ')
    .replaceAll(/(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])/g, ' ')
    .trim();

const isFolder = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
