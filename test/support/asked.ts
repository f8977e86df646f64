/** Questions as models are asked them, with the shipped taxonomy's synonyms, for tests of the two readers. */
import type { AskedQuestion } from '../../domain/questions/reading/asked.ts';
import { shippedKnowledge } from './knowledge.ts';

const ask = (task: AskedQuestion['task'], ...labels: string[]): AskedQuestion => ({
  task,
  options: labels.map((label, i) => ({
    letter: String.fromCharCode(65 + i),
    label,
    synonyms: task === 'lesion-condition' ? [] : shippedKnowledge.taxonomy.synonyms(label),
  })),
});

export const asked = {
  /** A: vitiligo B: melanoma C: melanocytic lesion D: dermatofibroma */
  melanoma: ask('diagnosis', 'vitiligo', 'melanoma', 'melanocytic lesion', 'dermatofibroma'),
  /** A: basal cell carcinoma B: nodular basal cell carcinoma C: actinic keratosis D: wart */
  carcinoma: ask('diagnosis', 'basal cell carcinoma', 'nodular basal cell carcinoma', 'actinic keratosis', 'wart'),
  /** A: hemangioma B: melanocytic nevus C: seborrheic keratosis D: squamous cell carcinoma */
  nevus: ask('diagnosis', 'hemangioma', 'melanocytic nevus', 'seborrheic keratosis', 'squamous cell carcinoma'),
  /** A: blue nevus B: melanoma (less than 0.76 mm) C: lentigo D: bowen disease */
  thin: ask('diagnosis', 'blue nevus', 'melanoma (less than 0.76 mm)', 'lentigo', 'bowen disease'),
  /** A: melanoma (0.76 to 1.5 mm) B: melanoma (less than 0.76 mm) */
  depth: ask('ddx', 'melanoma (0.76 to 1.5 mm)', 'melanoma (less than 0.76 mm)'),
  /** A: epidermal lesion B: actinic keratosis or bowen disease C: actinic keratosis */
  path: ask('hierarchical', 'epidermal lesion', 'actinic keratosis or bowen disease', 'actinic keratosis'),
  /** A: melanoma B: melanoma in situ */
  stage: ask('ddx', 'melanoma', 'melanoma in situ'),
  /** A: melanoma B: basal cell carcinoma C: seborrheic keratosis D: benign keratosis-like lesion */
  keratosis: ask(
    'diagnosis',
    'melanoma',
    'basal cell carcinoma',
    'seborrheic keratosis',
    'benign keratosis-like lesion',
  ),
  /** A: melanocytic lesion B: melanocytic nevus C: wart D: blue nevus */
  lineage: ask('hierarchical', 'melanocytic lesion', 'melanocytic nevus', 'wart', 'blue nevus'),
  /** A: benign B: malignant C: precancerous in situ */
  condition: ask('lesion-condition', 'benign', 'malignant', 'precancerous in situ'),
} as const;

export type AskedName = keyof typeof asked;

/** An output in the form of Eq. 6. */
export const inForm = (content: string): string =>
  `<thinking>Two colours, a blurred border.</thinking>\n<final diagnosis>${content}</final diagnosis>`;
