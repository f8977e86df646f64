/** Class codes that HAM10000, BCN20000 and the ISIC challenges share, as names of the taxonomy. */
import { userMistake } from '../../../../domain/failures.ts';
import type { Knowledge } from '../../../../domain/knowledge/knowledge.ts';
import type { TableRow } from '../../opening/table.ts';
import { diagnoseCode } from '../../records/diagnosis.ts';
import type { Diagnosed } from '../../records/record.ts';

export const isicCodes: Readonly<Record<string, string>> = {
  MEL: 'melanoma',
  NV: 'melanocytic nevus',
  BCC: 'basal cell carcinoma',
  AKIEC: 'actinic keratosis or bowen disease',
  AK: 'actinic keratosis',
  BKL: 'benign keratosis-like lesion',
  DF: 'dermatofibroma',
  VASC: 'vascular lesion',
  SCC: 'squamous cell carcinoma',
};

/** Columns of the one-hot tables of 2018 and 2019; the latter ends with a class for what is none of them. */
export const codes2018: readonly string[] = ['MEL', 'NV', 'BCC', 'AKIEC', 'BKL', 'DF', 'VASC'];
export const codes2019: readonly string[] = ['MEL', 'NV', 'BCC', 'AK', 'BKL', 'DF', 'VASC', 'SCC', 'UNK'];

/** The one column that holds 1; any other row is a mistake. */
export function hotColumn(row: TableRow, columns: readonly string[]): string {
  const hot = columns.filter((column) => Number(row.require(column)) === 1);
  const cold = columns.filter((column) => Number(row.require(column)) === 0);
  const [column] = hot;
  if (column !== undefined && hot.length === 1 && cold.length === columns.length - 1) return column;
  throw userMistake(`${row.where}: expected one 1 and else 0 in ${columns.join(', ')}; found ${hot.length || 'no'} 1`);
}

export const diagnoseIsicCode = (code: string, knowledge: Knowledge, where: string): Diagnosed =>
  diagnoseCode(code, isicCodes, knowledge, where);

/** Names of a picture of the ISIC archive; 2019 marks images that it shrank by an ending. */
export const isicIds = (image: string): string[] => [`isic/${image.replace(/_downsampled$/i, '')}`];

interface IsicTies {
  group: string;
  lesion?: string;
  archiveIds: string[];
}

/** The archive says a lesion and often a patient; the patient holds more pictures together, so it goes first. */
export function isicTies(row: TableRow, image: string): IsicTies {
  const [patient, lesion] = [row.get('patient_id'), row.get('lesion_id')].map((name) => name.trim());
  const archiveIds = isicIds(image);
  if (!patient) return { group: lesion ? `lesion/${lesion}` : archiveIds.join(), archiveIds };
  return { group: `patient/${patient}`, ...(lesion ? { lesion: `lesion/${lesion}` } : {}), archiveIds };
}
