import { describe, expect, it } from 'vitest';
import { candidatePrompt } from '../../../domain/dermeval/rubric.ts';
import { diagnosesNamed, isSameDisease } from '../../../domain/narratives/blind.ts';
import { fullNarratives as wording } from '../../../domain/narratives/full.ts';
import { extractLeniently } from '../../../domain/questions/extract.ts';
import { shippedKnowledge as knowledge } from '../../support/knowledge.ts';

const described = {
  diagnosis: 'psoriasis',
  description: 'Morphology: One plaque with a sharp border.\nSurface: It has thick silvery scale.',
};
const reasons = {
  meaning: 'A sharp plaque under thick silvery scale speaks of fast turnover of the epidermis.',
  differentials: [
    { diagnosis: 'eczema', whyNot: 'Its border would be blurred, and it would ooze.' },
    { diagnosis: 'tinea corporis', whyNot: 'It would clear in the middle' },
  ],
  conclusion: 'Border and scale together make psoriasis the most likely.',
  diagnosis: 'Psoriasis',
};
const read = (more: object = {}) => wording.readReasons(JSON.stringify({ ...reasons, ...more }), described, knowledge);

describe('the standard form in prose', () => {
  it('is findings, what they mean, differential diagnoses with why not, and a conclusion that is read', () => {
    const found = read();
    if (!found.ok) throw new Error(found.reason);
    const text = wording.compose(described, found.text, knowledge);
    expect(text).toBe(
      [
        `Findings\n${described.description}`,
        `Interpretation\n${reasons.meaning}`,
        'Differential diagnoses\n1. eczema: Its border would be blurred, and it would ooze.\n2. tinea corporis: It would clear in the middle.',
        `Conclusion\n${reasons.conclusion}\nThe answer is psoriasis.`,
      ].join('\n\n'),
    );
    expect(wording.prompt).toBe(candidatePrompt);
    const options = ['eczema', 'tinea corporis', 'psoriasis'].map((label, i) => ({
      letter: 'ABC'.charAt(i),
      label,
      synonyms: [],
    }));
    expect(extractLeniently(text, { task: 'diagnosis', options }).letter).toBe('C');
  });

  it('is asked for with the description and the diagnosis; the blind description with neither', () => {
    const { user } = wording.reason(described, knowledge);
    expect(user).toContain(described.description);
    expect(user).toContain('The diagnosis is psoriasis.');
    expect(wording.describeByLlm.user).toBe(wording.describe);
    expect(diagnosesNamed(wording.describe)).toEqual([]);
  });
});

describe('reasons', () => {
  it.each<[string, object | string, string]>([
    ['of another diagnosis', { diagnosis: 'eczema' }, 'concludes with another diagnosis'],
    ['of a finer one', { diagnosis: 'guttate psoriasis' }, 'concludes with another diagnosis'],
    ['of none', { diagnosis: 'A diagnosis cannot be determined' }, 'concludes with another diagnosis'],
    ['that conclude with none', { conclusion: 'A diagnosis cannot be determined.' }, 'leaves the diagnosis open'],
    [
      'whose differential diagnosis is none',
      {
        differentials: [reasons.differentials[0], { diagnosis: 'Undetermined', whyNot: 'There is too little to see.' }],
      },
      'a differential diagnosis names none',
    ],
    [
      'that settle on a differential diagnosis',
      { conclusion: 'The most likely diagnosis is eczema.' },
      'concludes with another diagnosis',
    ],
    [
      'without a second differential diagnosis',
      { differentials: reasons.differentials.slice(1) },
      'fewer than two differential diagnoses',
    ],
    [
      'against the diagnosis itself',
      { differentials: [...reasons.differentials, { diagnosis: 'Psoriasis', whyNot: 'It is not that at all.' }] },
      'a differential diagnosis is the diagnosis itself',
    ],
    [
      'with one twice',
      { differentials: [reasons.differentials[0], { diagnosis: 'Eczema', whyNot: 'As said before.' }] },
      'a differential diagnosis stands twice',
    ],
    ['that were cut off', { meaning: 'A sharp plaque under thick silvery' }, 'cut off in mid-sentence'],
    ['without a field', { conclusion: undefined }, 'conclusion is missing or too short'],
    ['that refuse in a field', { conclusion: 'I cannot help with a diagnosis.' }, 'refused'],
    ['in another script', { meaning: '这个斑块边界清楚，有银白色鳞屑，提示表皮更新很快。.' }, 'not in English'],
    [
      'that tell what they were told',
      { conclusion: 'The given diagnosis fits these findings well.' },
      'says that it was told the diagnosis',
    ],
    [
      'that settle on what is no differential diagnosis',
      { conclusion: 'The most likely diagnosis is basal cell carcinoma.' },
      'concludes with another diagnosis',
    ],
    ['that deny the diagnosis', { conclusion: 'Psoriasis is unlikely with such a border.' }, 'denies the diagnosis'],
    ['that hedge', { conclusion: 'It could be psoriasis or eczema.' }, 'leaves the diagnosis open'],
    [
      'with a differential diagnosis that breaks off',
      { differentials: [reasons.differentials[0], { diagnosis: 'acne', whyNot: 'It would have comedones and the' }] },
      'cut off in mid-sentence',
    ],
    ...[
      'As you told me, it is psoriasis.',
      'I was told that this is psoriasis, and the findings fit.',
      'Consistent with the diagnosis you provided, psoriasis is most likely.',
      'Consistent with the diagnosis provided, psoriasis is most likely.',
      'According to the label, psoriasis is most likely.',
      'The ground truth is psoriasis, and the findings fit.',
      'As the prompt states, it is psoriasis.',
      'The findings of your colleague fit psoriasis.',
    ].map((conclusion): [string, object, string] => [
      `that say "${conclusion}"`,
      { conclusion },
      'says that it was told the diagnosis',
    ]),
    ['that are a refusal', 'I am sorry, but I cannot diagnose this.', 'refused'],
    ['that are no JSON', 'Psoriasis, of course.', 'not JSON'],
  ])('%s are of no use', (_, more, reason) => {
    const found = typeof more === 'string' ? wording.readReasons(more, described, knowledge) : read(more);
    expect(found).toEqual({ ok: false, reason });
  });

  it.each<[string, object]>([
    [
      'four differential diagnoses, of which three stand',
      {
        differentials: [
          ...reasons.differentials,
          { diagnosis: 'lichen planus', whyNot: 'It would be purple.' },
          { diagnosis: 'acne', whyNot: 'It has no comedones.' },
        ],
      },
    ],
    ['a comparison in the conclusion', { conclusion: 'Psoriasis explains border and scale, while eczema would ooze.' }],
    [
      'words about what is known of a disease',
      { meaning: 'It is known that psoriasis has a sharp border, as this plaque has.' },
    ],
    ['the diagnosis’ abbreviation in brackets', { diagnosis: 'Psoriasis (P)' }],
    ['emphasis at the end', { conclusion: 'Border and scale together make this **psoriasis.**' }],
    ['a quote at the end', { conclusion: 'Border and scale together make this "psoriasis."' }],
    ['a sign at the end', { conclusion: 'Border and scale together make psoriasis the most likely. ✅' }],
    ['what a biopsy gives', { conclusion: 'Psoriasis is most likely; a biopsy leads to a confirmed diagnosis.' }],
    ['what follows from findings', { conclusion: 'Psoriasis is the best diagnosis given the silvery scale.' }],
    [
      'a fourth that is not read',
      { differentials: [...reasons.differentials, { diagnosis: 'acne', whyNot: 'No comedones.' }, 'and so on'] },
    ],
  ])('with %s are read', (name, more) => {
    const found = read(more);
    expect(found.ok, found.ok ? '' : found.reason).toBe(true);
    if (name.startsWith('four')) expect(found.ok && found.text).not.toContain('4.');
  });

  it('by another name of the diagnosis are read', () => {
    const told = { ...described, diagnosis: 'melanocytic nevus' };
    const reply = JSON.stringify({
      ...reasons,
      diagnosis: 'Naevus',
      conclusion: 'Network and border speak for a nevus.',
    });
    expect(wording.readReasons(reply, told, knowledge)).toMatchObject({ ok: true });
    expect(isSameDisease('Basal cell carcinoma (BCC)', 'basal cell carcinoma')).toBe(true);
    expect(isSameDisease('Melanoma (malignant)', 'melanoma')).toBe(true);
    expect(isSameDisease('Nevus (melanoma)', 'melanocytic nevus')).toBe(false);
    expect(isSameDisease('Nevus (melanoma)', 'melanoma')).toBe(false);
    expect(isSameDisease('eczema', 'psoriasis')).toBe(false);
  });

  it('in a code fence or behind thinking are read', () => {
    const reply = `<think>eczema?</think>\n\`\`\`json\n${JSON.stringify(reasons)}\n\`\`\``;
    expect(wording.readReasons(reply, described, knowledge).ok).toBe(true);
  });
});

describe('a blind description', () => {
  it.each([
    [
      '<description>\nMorphology: A round papule.\nColour: Pink.\nDistribution: It stands alone.\nSurface: n/a\n</description>',
      'Morphology: A round papule.\nColour: Pink.\nDistribution: It stands alone.',
    ],
    [
      '**Morphology:** A round papule with a waxy rim.\n- **Color**: It is pink.\n3. Surface changes: none.',
      'Morphology: A round papule with a waxy rim.\nColour: It is pink.',
    ],
    [
      'Morphology: A round papule of 5 mm\r\nwith a waxy rim.\r\nSize: 5 mm.\r\nColour: It is\r\npink.\r\n\r\nLet me know if you need more.',
      'Morphology: A round papule of 5 mm with a waxy rim.\nColour: It is pink.',
    ],
    [
      '**Morphology**\n- A round papule with a waxy rim.\n\n**Colour**\n- Pink all over.\n\n**Distribution**\n\nIt stands alone.',
      'Morphology: A round papule with a waxy rim.\nColour: Pink all over.\nDistribution: It stands alone.',
    ],
    [
      '🔬 Morphology — A round papule with a waxy rim.\n_Colour:_ It is pink.\nSurface: It is "smooth."',
      'Morphology: A round papule with a waxy rim.\nColour: It is pink.\nSurface: It is "smooth."',
    ],
    [
      'A round pink papule stands alone on the cheek, with telangiectasia and a scar beside it.',
      'A round pink papule stands alone on the cheek, with telangiectasia and a scar beside it.',
    ],
  ])('%j is read', (reply, text) => {
    expect(wording.readDescription(reply)).toEqual({ ok: true, text });
  });

  it.each([
    [
      'Morphology: A nodule that looks like basal cell carcinoma.\nColour: It is pink.',
      'names a diagnosis: basal cell carcinoma',
    ],
    ['Morphology: A raised red plaque with scale.\nSurface: No signs of psoriasis.', 'names a diagnosis: psoriasis'],
    ['Rough papules, like AKs, on the scalp.', 'names a diagnosis: actinic keratosis'],
    ['A malignant tumour with a rolled border.', 'names a diagnosis: malignant'],
    ['A round papule with a pearly rim; no skin cancer.', 'names a diagnosis: cancer'],
    [
      '<description>Morphology: A raised red plaque.\nColour: It is red.</description> Psoriasis?',
      'names a diagnosis: psoriasis',
    ],
    ['Morphology: A raised red plaque.\nColour: It is red.\nDiagnosis: psoriasis.', 'names a diagnosis: psoriasis'],
    [wording.describe.split('\n').slice(1, 5).join('\n'), 'repeats the prompt'],
    ['{"Morphology": "A round papule.", "Colour": "Pink."}', 'cut off in mid-sentence'],
    ['A dark naevus with a regular border on the back.', 'names a diagnosis: melanocytic nevus'],
    ['A pearly nodule, probably a BCC, on the nose.', 'names a diagnosis: basal cell carcinoma'],
    ['I’m sorry, I can’t describe medical pictures.', 'refused'],
    ['Morphology: A raised plaque.\nColour: It is red.\nSurface: It is covered by a thick', 'cut off in mid-sentence'],
    ['A red plaque with a sharp border and', 'cut off in mid-sentence'],
    ['Red.', 'too short'],
    ['', 'too short'],
  ])('%j is none', (reply, reason) => {
    expect(wording.readDescription(reply)).toEqual({ ok: false, reason });
  });

  it.each([
    'With the aid of a lens, a brown macule with regular pigment is seen; it is warty, scaly and crusted.',
    'Several erythematous papules and pustules, with comedones, excoriations, atrophy and purpura.',
    'An annular, dome-shaped, umbilicated, hyperkeratotic, lichenified, violaceous plaque with fissures and erosion.',
    'A network of pigment, blue-white veil, milia-like cysts, arborizing vessels, lacunae, dots and globules.',
    'A smooth round patch of hair loss; the nails show onycholysis, and the skin around is dry skin with a tattoo.',
    'Red granulation tissue in the base, and erythroderma around it.',
    'Vesicles and bullae on an erythematous base; target shapes; linear arrangement; nail plate thickened.',
  ])('names no diagnosis: %s', (text) => {
    expect(diagnosesNamed(text)).toEqual([]);
  });
});
