/**
 * Pairs of which the first is, or may be, the second in plain medical language, written by hand: the coarse names of
 * each family against the labels of the sets. The test reads the questions alone and asks the taxonomy for nothing but
 * a path to build the cases from.
 */
import { describe, expect, it } from 'vitest';
import { distractorSources } from '../../../domain/questions/distractors.ts';
import { makeCase } from '../../support/cases.ts';
import { shippedKnowledge } from '../../support/knowledge.ts';
import { buildQuestions } from '../../support/questions.ts';

const never: readonly [diagnosis: string, ...labels: string[]][] = [
  ['kaposi sarcoma', 'vascular lesion', 'soft tissue lesion', 'acquired immunodeficiency syndrome'],
  ['angiosarcoma', 'vascular lesion', 'soft tissue lesion'],
  ['hemangioma', 'soft tissue lesion'],
  ['angiolipoma', 'vascular lesion'],
  ['leiomyosarcoma', 'smooth muscle tumor'],
  ['dermatofibroma', 'soft tissue lesion'],
  ['dermatofibrosarcoma protuberans', 'soft tissue lesion'],
  ['acrochordon', 'soft tissue lesion', 'fibroma'],
  ['scar', 'soft tissue lesion', 'striae'],
  ['epidermoid cyst', 'epidermal lesion'],
  ['milium', 'epidermal lesion', 'epidermoid cyst'],
  ['hidrocystoma', 'cyst'],
  ['digital mucous cyst', 'mucinosis', 'soft tissue lesion'],
  ['nevus sebaceus', 'epidermal lesion'],
  ['wart', 'epidermal lesion'],
  ['molluscum contagiosum', 'epidermal lesion'],
  ['corn', 'epidermal lesion'],
  ['darier disease', 'epidermal lesion'],
  ['actinic cheilitis', 'actinic keratosis', 'sun damaged skin', 'cheilitis', 'squamous cell carcinoma'],
  ['actinic keratosis', 'actinic cheilitis', 'sun damaged skin', 'cutaneous horn'],
  ['disseminated actinic porokeratosis', 'light-induced disease'],
  ['inverted follicular keratosis', 'benign keratosis-like lesion', 'follicular keratosis'],
  ['follicular keratosis', 'benign keratosis-like lesion'],
  ['porokeratosis', 'benign keratosis-like lesion'],
  ['becker nevus', 'melanosis', 'hyperpigmentation', 'pigmentary disorder'],
  ['lentigo', 'hyperpigmentation', 'pigmentary disorder'],
  ['solar lentigo', 'lentigo', 'hyperpigmentation', 'sun damaged skin'],
  ['ephelis', 'hyperpigmentation', 'pigmentary disorder'],
  ['mongolian spot', 'hyperpigmentation', 'pigmentary disorder'],
  ['acanthosis nigricans', 'hyperpigmentation'],
  ['post-inflammatory hyperpigmentation', 'inflammatory dermatosis'],
  ['idiopathic guttate hypomelanosis', 'hypopigmentation disorder', 'pigmentary disorder'],
  ['nail biting', 'nail disease', 'psychocutaneous disease', 'injury'],
  ['habit tic deformity', 'psychocutaneous disease'],
  ['periungual fibroma', 'nail disease'],
  ['periungual wart', 'nail disease'],
  ['subungual osteochondroma', 'nail disease'],
  ['paronychia', 'nail disease', 'inflammatory dermatosis'],
  ['pachyonychia congenita', 'nail disease'],
  ['exfoliative dermatitis', 'eczema', 'psoriasis', 'erythrodermic psoriasis', 'sezary syndrome', 'drug eruption'],
  ['eczema', 'exfoliative dermatitis'],
  ['seborrheic dermatitis', 'papulosquamous disease'],
  ['drug eruption', 'urticaria', 'exfoliative dermatitis', 'erythema multiforme'],
  ['urticaria', 'drug eruption'],
  ['erythema multiforme', 'drug eruption'],
  ['stevens-johnson syndrome', 'bullous disease', 'drug eruption'],
  ['porphyria', 'light-induced disease'],
  ['hailey-hailey disease', 'bullous disease'],
  ['folliculitis', 'acneiform disease', 'inflammatory dermatosis'],
  ['cellulitis', 'inflammatory dermatosis'],
  ['insect bite', 'injury'],
  ['caterpillar dermatitis', 'eczema', 'contact dermatitis'],
  ['leprosy', 'granulomatous disease'],
  ['leishmaniasis', 'granulomatous disease'],
  ['majocchi granuloma', 'granulomatous disease'],
  ['pseudoxanthoma elasticum', 'connective tissue disease'],
  ['chilblains', 'vasomotor disease'],
  ['xeroderma pigmentosum', 'basal cell carcinoma', 'squamous cell carcinoma', 'melanoma', 'actinic keratosis'],
  ['basal cell carcinoma', 'xeroderma pigmentosum', 'basal cell nevus syndrome'],
  ['basal cell nevus syndrome', 'genodermatosis', 'basal cell carcinoma'],
  ['neurofibromatosis', 'cafe au lait macule', 'neurofibroma'],
  ['albinism', 'genodermatosis'],
  ['bowenoid papulosis', 'viral infection', 'infectious disease'],
  ['CREST syndrome', 'telangiectasia'],
  ['xanthoma', 'fibrohistiocytic lesion'],
];

/** Cases enough that each pool of labels is drawn from many times; the second label of a row is a case too. */
const names = [...new Set(never.flat())].filter((name) => shippedKnowledge.taxonomy.malignancy(name) !== null);
const cases = names.flatMap((name) =>
  Array.from({ length: 8 }, (_, i) =>
    makeCase(`all/${name}/${i}`, name, { source: 'all', split: i < 6 ? 'train' : 'test' }),
  ),
);

describe.each(distractorSources)('distractors %s', (distractors) => {
  const asked = buildQuestions(cases, shippedKnowledge, {
    ...{ seed: 3, granularity: 'leaf', distractors, tasks: ['diagnosis', 'ddx', 'hierarchical'] },
  });

  it('offers no pair of the table', () => {
    const labelsOf = new Map(never.map(([diagnosis, ...labels]) => [diagnosis, new Set(labels)]));
    const offered = asked.flatMap((q) =>
      q.options.flatMap(({ label, value }) =>
        value === 0 && labelsOf.get(q.diagnosis)?.has(label) ? [`${q.diagnosis}: ${label}`] : [],
      ),
    );
    expect(new Set(asked.map((q) => q.diagnosis)).size).toBeGreaterThan(never.length / 2);
    expect([...new Set(offered)]).toEqual([]);
  });
});

it('holds no pair of the table apart', () => {
  const { taxonomy } = shippedKnowledge;
  const apart = never.flatMap(([a, ...labels]) =>
    labels.filter((b) => !taxonomy.overlap(a, b)).map((b) => `${a}: ${b}`),
  );
  expect(apart).toEqual([]);
});
