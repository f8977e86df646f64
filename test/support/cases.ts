/** Cases and questions made by hand, for tests. */
import { digestOf } from '../../domain/artifact.ts';
import type { Case } from '../../domain/cases/case.ts';
import { hashSide } from '../../domain/cases/perceptual-hash.ts';
import type { Question } from '../../domain/questions/question.ts';
import { shippedKnowledge } from './knowledge.ts';

export const testImage = { sha256: 'a'.repeat(64), bytes: 10, width: 112, height: 112 };

/** A case of the shipped taxonomy with an image of its own; `rationale` makes it a textbook's. */
export function makeCase(id: string, diagnosis: string, more: Partial<Case> = {}): Case {
  const { taxonomy } = shippedKnowledge;
  const malignancy = taxonomy.malignancy(diagnosis);
  if (malignancy === null) throw new RangeError(`${diagnosis} has no malignancy`);
  const fixed = {
    id,
    diagnosis,
    path: taxonomy.path(diagnosis),
    siblings: taxonomy.siblings(diagnosis),
    malignancy,
    images: [{ ...testImage, sha256: digestOf(id) }],
  };
  return {
    ...fixed,
    group: id,
    source: 'test',
    look: '0'.repeat(hashSide ** 2),
    modality: 'dermoscopic',
    archiveIds: [],
    ...more,
  };
}

/** A: melanoma (0.75), B: melanocytic lesion (0.375), C: basal cell carcinoma, D: hemangioma. */
export function melanomaQuestion(more: Partial<Question> = {}): Question {
  const option = (letter: string, label: string, value: number) => ({
    letter,
    label,
    value,
    synonyms: shippedKnowledge.taxonomy.synonyms(label),
  });
  return {
    id: 'q/diagnosis',
    caseId: 'q',
    group: 'p',
    source: 'test',
    task: 'diagnosis',
    image: testImage,
    diagnosis: 'melanoma',
    malignancy: 'malignant',
    options: [
      option('A', 'melanoma', 0.75),
      option('B', 'melanocytic lesion', 0.375),
      option('C', 'basal cell carcinoma', 0),
      option('D', 'hemangioma', 0),
    ],
    answer: 'A',
    ...more,
  };
}

export const conditionQuestion = (): Question =>
  melanomaQuestion({
    id: 'q/lesion-condition',
    task: 'lesion-condition',
    answer: 'B',
    options: [
      { letter: 'A', label: 'benign', synonyms: [], value: 0 },
      { letter: 'B', label: 'malignant', synonyms: [], value: 0.75 },
      { letter: 'C', label: 'precancerous in situ', synonyms: ['precancerous (in situ)', 'precancerous'], value: 0 },
    ],
  });
