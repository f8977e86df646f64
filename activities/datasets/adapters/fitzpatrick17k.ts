/**
 * Fitzpatrick17k (Groh et al. 2021): `fitzpatrick17k.csv`; the user fetches the images by its addresses and names them
 * `<md5hash>.jpg`. Some addresses are dead, so raise `data.maxBadShare` to the share that is missing. Dermatologists
 * looked at a part of the rows; what they call wrongly labelled (`qc`: "3 Wrongly labelled") is left out.
 */
import { notedSkinTone } from '../../../domain/cases/skin-tone.ts';
import { imagesOf } from '../opening/image-files.ts';
import { readTable } from '../opening/table.ts';
import { requireTable } from '../opening/tables.ts';
import { diagnose, undecided } from '../records/diagnosis.ts';
import type { DatasetAdapter } from '../records/record.ts';

export const fitzpatrickTable = 'fitzpatrick17k';
const columns = ['md5hash', 'label', 'three_partition_label'];

export const readFitzpatrick17k: DatasetAdapter = async function* (folder, knowledge) {
  const table = await requireTable(folder, {
    names: [fitzpatrickTable],
    what: 'it lists the images',
    columns,
    parquet: { image: 'md5hash', label: 'label' },
  });
  const images = imagesOf(folder);
  for await (const row of readTable(table, columns)) {
    const id = row.requireName('md5hash');
    if (isWronglyLabelled(row.get('qc'))) {
      yield { kind: 'left out', reason: 'the annotators say: wrongly labelled', detail: row.get('label') };
      continue;
    }
    const diagnosed = diagnose([row.require('label')], knowledge);
    if (!diagnosed) {
      yield undecided(row.get('label'), knowledge);
      continue;
    }
    yield {
      kind: 'case',
      where: row.where,
      id,
      source: 'fitzpatrick17k',
      image: await images.find(id, row),
      group: `fitzpatrick17k/${id}`,
      modality: 'clinical',
      archiveIds: [`fitzpatrick17k/${id}`],
      ...notedSkinTone(row.get('fitzpatrick_scale')),
      ...diagnosed,
    };
  }
};

/** `qc` is empty or a verdict with its number: "1 Diagnostic", "3 Wrongly labelled". */
export const isWronglyLabelled = (verdict: string): boolean => /^3\b|wrong(?:ly)? labell?ed/i.test(verdict.trim());
