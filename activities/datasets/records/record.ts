/** What an adapter makes of a folder: one record per image, checked against the taxonomy, nothing decoded yet. */
import type { Case, Modality, Split } from '../../../domain/cases/case.ts';
import type { Link } from '../../../domain/cases/groups.ts';
import type { ReadyQuestion } from '../../../domain/cases/undiagnosed.ts';
import type { Knowledge } from '../../../domain/knowledge/knowledge.ts';
import type { Malignancy } from '../../../domain/knowledge/malignancy.ts';
import type { DataFolder } from '../opening/folder.ts';
import type { FoundImage } from '../opening/image-files.ts';

/** What every record has, with a diagnosis or with a question. */
interface RecordBase {
  /** Where the record stands, e.g. `metadata.csv: row 7`, for messages. */
  where: string;
  /** Unique within `source`. */
  id: string;
  /** The set, and its part where it has several: `ham10000`, `omnimedvqa/isic2018`. */
  source: string;
  image: FoundImage;
  group: string;
  lesion?: string;
  modality: Modality;
  /** Names of the picture in public archives, e.g. `isic/ISIC_0027419`. */
  archiveIds: string[];
  officialSplit?: Split;
}

export interface Diagnosed {
  diagnosis: string;
  path: string[];
  siblings: string[];
  malignancy: Malignancy;
}

export interface CaseRecord extends RecordBase, Diagnosed {
  kind: 'case';
  concepts?: Record<string, string>;
  rationale?: string;
  reference?: string;
  provenance?: Case['provenance'];
}

/** An item that comes with its own question. */
export interface QuestionRecord extends RecordBase {
  kind: 'question';
  question: ReadyQuestion;
}

/** A picture with expert's concepts and no diagnosis that the taxonomy knows. */
interface ConceptRecord extends RecordBase {
  kind: 'concepts';
  concepts: Record<string, string>;
}

export type SourceRecord = CaseRecord | QuestionRecord | ConceptRecord;

/** A row that becomes no case, for a reason that lies in the set, e.g. a label that the taxonomy does not know. */
export interface LeftOut {
  kind: 'left out';
  reason: string;
  /** What is counted apart within a reason, e.g. the label. */
  detail: string;
  /** What the row says of its picture all the same. */
  link?: Link;
}

/**
 * Reads a folder's tables, row by row. Whatever only its author can mend is a user's mistake naming file, row, column
 * and value.
 */
export type DatasetAdapter = (folder: DataFolder, knowledge: Knowledge) => AsyncIterable<SourceRecord | LeftOut>;
