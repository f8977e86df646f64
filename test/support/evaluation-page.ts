/** Pages of evaluations of any size, for tests: three models and a rule on items that are made up. */
import { evaluationPage } from '../../activities/reporting/evaluations/page.ts';
import type { BenchmarkItem } from '../../domain/benchmarks/benchmark.ts';
import { idDiagnosis } from '../../domain/benchmarks/catalogue/id-diagnosis.ts';
import type { ScoredItem } from '../../domain/evaluation/scored.ts';
import { buildPage, type EvaluationSource } from '../../domain/pages/build.ts';
import { explorerOf } from '../../domain/pages/explorer.ts';
import { createRandom } from '../../domain/random.ts';
import { melanomaQuestion, testImage } from './cases.ts';
import { demoRecipe } from './recipes.ts';

const sets = ['bcn20000', 'ham10000', 'pad-ufes-20', 'derm7pt'];
const tones = ['I-II', 'III-IV', 'V-VI'];
/** A brown disc on skin, as WebP. */
export const square =
  'data:image/webp;base64,UklGRpIAAABXRUJQVlA4IIYAAAAQBQCdASogACAAPrVUpE2nJKOiKAgA4BaJQBWGZ7jfApx9A2YPjT4+4mT+WVFRg42AAP3I9iE4hvabWSylzi41QRkxP3WIPvvi0PRFoTNL95u9/bCk1i/VQW3JFXBqlp6c9qiCUnp78mmeEriyx/nhbKJgeRtp342boSQNcETyQBX2wAAAAA==';

export function madeUpItems(count: number): BenchmarkItem[] {
  const { options } = melanomaQuestion();
  const random = createRandom('pages/items');
  return Array.from({ length: count }, (_, i) => {
    const answer = random.pick(options).letter;
    return {
      ...{ id: `case-${i}/diagnosis`, caseId: `case-${i}`, group: `patient-${Math.floor(i / 2)}` },
      ...{ source: sets[i % sets.length] ?? '', image: { ...testImage, sha256: String(i).padStart(64, '0') } },
      ...{
        system: null,
        prompt: `What is shown in picture ${i}? Choose one.`,
        kind: 'diagnosis' as const,
        options,
        answer,
      },
      ...{ diagnosis: null, malignancy: 'malignant' as const, concepts: [] },
      attributes: { 'skin tone': tones[i % tones.length] ?? '' },
    };
  });
}

/** A model that is right on a share of the items, and whose every 20th output has no tags. */
export function madeUpModel(
  label: string,
  items: readonly BenchmarkItem[],
  right: number,
  more: Partial<EvaluationSource> = {},
): EvaluationSource {
  const random = createRandom(`pages/${label}`);
  const scored = items.map((item, i): ScoredItem => {
    const letter = random.float() < right ? item.answer : random.pick(item.options).letter;
    const seen = `Item ${i} seen by ${label}: a macule with an irregular border, ${random.pick(['brown', 'red', 'blue-grey'])} in parts.`;
    const untagged = i % 20 === 7;
    const labelOf = (wanted: string | null): string | null =>
      item.options.find((option) => option.letter === wanted)?.label ?? null;
    const read = (given: string | null) => ({
      ...{
        letter: given,
        predicted: labelOf(given),
        correct: given === item.answer,
        score: Number(given === item.answer),
      },
    });
    return {
      ...{ id: item.id, caseId: item.caseId, group: item.group, source: item.source, attributes: item.attributes },
      ...{ expected: labelOf(item.answer) ?? '', conditionCorrect: i % 3 === 0 ? null : i % 3 === 1 },
      output: untagged
        ? `${seen} I would say ${letter}.`
        : `<thinking>${seen}</thinking> <final diagnosis>${letter}</final diagnosis>`,
      ...{ strict: read(untagged ? null : letter), lenient: read(letter), unreadable: untagged ? 'no tags' : null },
    };
  });
  return {
    ...{ key: label.replaceAll(/\W/g, ''), label, kind: 'model', reader: 'strict', profile: 'paper', samples: 1 },
    ...{ summary: idDiagnosis.summarise(scored), items: scored },
    ...more,
  };
}

export const madeUpSources = (items: readonly BenchmarkItem[]): EvaluationSource[] => [
  madeUpModel('demo@grpo-500', items, 0.5),
  madeUpModel('demo@grpo-1000', items, 0.6),
  madeUpModel('demo@grpo-1000-no-image', items, 0.1, { kind: 'no image' }),
  madeUpModel('Labels alone', items, 0.2, { kind: 'rule' }),
];

export const conditions = {
  generated: true,
  distractors: 'set',
  runs: { demo: { base: 'dermflow/tiny', exported: { stage: 'grpo', step: 1500 }, recipe: demoRecipe() } },
} as const;

export async function madeUpPage(sources: readonly EvaluationSource[], items: readonly BenchmarkItem[]) {
  const page = buildPage(idDiagnosis, sources, conditions);
  const models = sources.filter(({ kind }) => kind !== 'rule');
  const explorer = explorerOf(models, new Map(items.map((item) => [item.id, item])));
  const thumbnails = new Map(items.map(({ image }) => [image.sha256, square]));
  return { page, html: await evaluationPage(page, explorer, thumbnails) };
}
