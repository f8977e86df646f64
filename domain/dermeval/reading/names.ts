/** The names by which judges call the dimensions, and where a text names one. */
import { type Dimension, dimensionKeys } from '../dimensions.ts';

/** Words may be joined by blanks, underscores, hyphens or nothing. In English, Chinese (both scripts), Japanese, German. */
const aliases: Readonly<Record<Dimension, readonly string[]>> = {
  accuracy: [
    ...['accuracy', 'diagnostic accuracy', 'clinical accuracy', 'factual accuracy', 'medical accuracy', 'correctness'],
    ...['accuracy of diagnosis', 'accuracy of the diagnosis', 'diagnosis accuracy', 'acc'],
    ...['准确性', '准确度', '准确率', '诊断准确性', '诊断准确度', '正确性', '準確性', '準確度', '診斷準確性', '正確性'],
    ...['genauigkeit', 'richtigkeit'],
  ],
  safety: [
    ...['safety', 'clinical safety', 'patient safety', 'medical safety', 'safety of advice', 'safeness'],
    ...['安全性', '安全', '安全度', '临床安全性', '臨床安全性', '患者安全', 'sicherheit'],
  ],
  medical_groundedness: [
    ...['medical groundedness', 'groundedness', 'medical grounding', 'grounding', 'medically grounded'],
    ...['medical groundness', 'groundness', 'clinical groundedness', 'evidence groundedness'],
    ...['医学依据', '医学依据性', '医学根据', '医学有据性', '医学可靠性', '医学扎实性', '医学基础', '医学基础性'],
    ...[
      '醫學依據',
      '醫學依據性',
      '醫學根據',
      '医学的根拠',
      '循证性',
      '依据性',
      'medizinische fundierung',
      'medizinische fundiertheit',
    ],
  ],
  clinical_coverage: [
    ...['clinical coverage', 'coverage', 'clinical completeness', 'completeness', 'coverage of clinical aspects'],
    ...['临床覆盖', '临床覆盖度', '临床覆盖面', '临床覆盖率', '临床覆盖性', '临床全面性', '临床完整性', '覆盖度'],
    ...['臨床覆蓋', '臨床覆蓋度', '臨床覆蓋率', '臨床的網羅性', '覆盖面', '全面性', '完整性', 'klinische abdeckung'],
  ],
  reasoning_coherence: [
    ...['reasoning coherence', 'coherence', 'logical coherence', 'coherence of reasoning', 'reasoning consistency'],
    ...['reasoning', 'clinical reasoning', 'reasoning quality', 'diagnostic reasoning', 'coherent reasoning'],
    ...['推理连贯性', '推理一致性', '推理连贯', '推理逻辑性', '逻辑连贯性', '逻辑一致性', '连贯性', '推理的连贯性'],
    ...['推理連貫性', '推理一貫性', '推論の一貫性', '邏輯連貫性', '連貫性', 'kohärenz der begründung', 'kohärenz'],
    ...['kohärenz der argumentation', 'schlüssigkeit der argumentation'],
  ],
  description_precision: [
    ...['description precision', 'descriptive precision', 'precision', 'precision of description'],
    ...['descriptive accuracy', 'description accuracy', 'precision of the description', 'description quality'],
    ...[
      '描述精确性',
      '描述精确度',
      '描述准确性',
      '描述准确度',
      '描述精度',
      '描述精准度',
      '描述精准性',
      '精确性',
      '精确度',
    ],
    ...[
      '描述精確性',
      '描述精確度',
      '描述準確性',
      '記述の精度',
      '描述的精确性',
      'präzision der beschreibung',
      'präzision',
    ],
  ],
};

/** Initials, which are names only in capitals. */
const initials: Readonly<Record<string, Dimension>> = {
  MG: 'medical_groundedness',
  CC: 'clinical_coverage',
  RC: 'reasoning_coherence',
  DP: 'description_precision',
};

/** Words that judges also put before their reasons: names of a dimension where a score stands behind them, and only there. */
const loose = new Set([
  'reasoning',
  'clinicalreasoning',
  'diagnosticreasoning',
  'reasoningquality',
  'completeness',
  'correctness',
]);

const keyOf = (name: string): string => name.toLowerCase().replaceAll(/[\s_-]+/g, '');

const byName = new Map(dimensionKeys.flatMap((key) => aliases[key].map((alias) => [keyOf(alias), key] as const)));

/** The longest first, so that "description accuracy" is not read as "accuracy". */
const pattern = [...byName.keys()]
  .map((key) => dimensionKeys.flatMap((each) => aliases[each]).find((alias) => keyOf(alias) === key) ?? key)
  .toSorted((a, b) => b.length - a.length)
  .map((alias) => alias.replaceAll(' ', '[\\s_-]*'))
  .join('|');
/** A letter beside it makes another word of a Latin name; Chinese writes words without blanks. */
const mention = new RegExp(`(?<![\\p{Script=Latin}])(?:(?:${pattern})(?![\\p{Script=Latin}]))`, 'giu');
const capitals = /(?<![\p{L}\p{N}])(?:MG|CC|RC|DP)(?![\p{L}\p{N}])/gu;

interface Named {
  dimension: Dimension;
  /** Whether the name may as well head the judge's reasons. */
  isLoose: boolean;
}

export interface Mention extends Named {
  start: number;
  end: number;
}

/** Wherever the text names a dimension, in the order of the text. */
export function mentionsIn(text: string): Mention[] {
  const found = [...text.matchAll(mention)].flatMap(({ 0: name, index }) => {
    const dimension = byName.get(keyOf(name));
    const isLoose = loose.has(keyOf(name));
    return dimension ? [{ dimension, isLoose, start: index, end: index + name.length }] : [];
  });
  const short = [...text.matchAll(capitals)].flatMap(({ 0: name, index }) => {
    const dimension = initials[name];
    return dimension ? [{ dimension, isLoose: false, start: index, end: index + name.length }] : [];
  });
  return [...found, ...short].toSorted((a, b) => a.start - b.start);
}

/** The dimension that a cell or a key is the name of, numbering and a scale in brackets aside; null for any other text. */
export function dimensionNamed(text: string): Named | null {
  const bare = text
    .replaceAll(/\([^()]*\)|\[[^[\]]*\]/g, '')
    .replace(/^[\s"']*(?:\d{1,2}\s*[.):、]?\s*)?/, '')
    .replace(/[\s_:"'-]*(?:score|rating|评分|得分|分数)?[\s:"'?]*$/i, '');
  const dimension = byName.get(keyOf(bare)) ?? initials[bare];
  return dimension ? { dimension, isLoose: loose.has(keyOf(bare)) } : null;
}
