/** Where diseases stand in the shipped taxonomy, and under which names they are known. */
import { describe, expect, it } from 'vitest';
import { shippedKnowledge } from '../../support/knowledge.ts';

const { taxonomy, ddx } = shippedKnowledge;

describe('a disease', () => {
  it.each([
    ['granulation tissue', 'pyogenic granuloma'],
    ['colloid milium', 'milium'],
    ['colloid milium', 'cyst'],
    ['miescher nevus', 'compound nevus'],
    ['graft versus host disease', 'drug eruption'],
    ['intertrigo', 'fungal infection'],
    ['perioral dermatitis', 'eczema'],
    ['exfoliative dermatitis', 'eczema'],
    ['melanonychia', 'melanosis'],
    ['morphea', 'systemic sclerosis'],
  ])('%s is no kind of %s', (name, other) => expect(taxonomy.isKindOf(name, other)).toBe(false));

  it('that is malignant has no benign class on its path, though plain language puts it there', () => {
    expect(taxonomy.path('kaposiform hemangioendothelioma')).not.toContain('vascular lesion');
    expect(taxonomy.isKindOf('kaposiform hemangioendothelioma', 'vascular lesion')).toBe(true);
  });

  it.each([
    ['miescher nevus', 'intradermal nevus'],
    ['compound miescher nevus', 'compound nevus'],
    ['kaposiform hemangioendothelioma', 'hemangioendothelioma'],
    ['dysplastic junctional nevus', 'junctional nevus'],
    ['solar lentigo', 'lentigo'],
    ['melanoma metastasis', 'cutaneous metastasis'],
    ['cutaneous larva migrans', 'nematode infection'],
    ['CREST syndrome', 'systemic sclerosis'],
    ['lichenoid drug eruption', 'drug eruption'],
    ['onychomycosis', 'nail disease'],
  ])('%s is a kind of %s', (name, other) => expect(taxonomy.isKindOf(name, other)).toBe(true));

  it.each([
    ['basal cell nevus syndrome', 'malignant'],
    ['kaposiform hemangioendothelioma', 'malignant'],
    ['kasabach-merritt phenomenon', null],
    ['abscess', 'benign'],
    ['intraepidermal epithelioma', 'precancerous_in_situ'],
    ['lymphosarcoma', 'malignant'],
  ])('%s is %s', (label, malignancy) =>
    expect(taxonomy.malignancy(taxonomy.resolve(label)?.name ?? 'none')).toBe(malignancy),
  );

  it.each([
    ['toxic epidermal necrolysis', 'stevens-johnson syndrome'],
    ['callus', 'corn'],
    ['Kasabach-Merritt syndrome', 'kaposiform hemangioendothelioma'],
    ['odontogenic keratocyst', 'basal cell nevus syndrome'],
    ['systemic sclerosis', 'scleroderma'],
    ['carbuncle', 'furuncle'],
  ])('%s is no other name of %s', (label, name) => expect(taxonomy.resolve(label)?.name).not.toBe(name));

  it('is no differential of what looks like something else: a Mongolian spot is a bruise, not a black heel', () => {
    expect(ddx.neighbours('mongolian spot')).toEqual(['dermal hemorrhage']);
  });
});

describe('a label is read', () => {
  it.each([
    ['solar lentigines', 'solar lentigo'],
    ['intraepidermal carcinoma', 'bowen disease'],
    ['Erythroplasia of Queyrat', 'erythroplasia of queyrat'],
    ['erythroplasia', 'erythroplasia of queyrat'],
    ['atypical melanocytic naevi', 'dysplastic nevus'],
    ['Psoriasis vulgaris', 'chronic plaque psoriasis'],
    ['AK', 'actinic keratosis'],
    ['SK', 'seborrheic keratosis'],
    ['KA', 'keratoacanthoma'],
    ['MCC', 'merkel cell carcinoma'],
    ['basal-cell-carcinoma-nodular', 'nodular basal cell carcinoma'],
    ['squamous-cell-carcinoma-keratoacanthoma', 'keratoacanthoma'],
    ['melanoma lentiginous acral', 'acral lentiginous melanoma'],
    ['granuloma, pyogenic', 'pyogenic granuloma'],
    ['Kaposi’s sarcoma', 'kaposi sarcoma'],
    ['kaposis sarcoma', 'kaposi sarcoma'],
    ['beaus lines', 'beau lines'],
    ['Naevus anaemicus', 'nevus anemicus'],
    ['leucocytoclastic vasculitis', 'leukocytoclastic vasculitis'],
    ['leiomyomata', 'leiomyoma'],
    ['haemangiomata', 'hemangioma'],
  ])('%s as %s, exactly', (label, name) => expect(taxonomy.resolve(label)).toEqual({ name, exactness: 'exact' }));

  it.each([
    ['basal cell carcinoma surgery', 'basal cell carcinoma'],
    ['melanoma excision', 'melanoma'],
    ['basal cell carcinoma nodular nose', 'nodular basal cell carcinoma'],
  ])('%s as %s, more coarsely', (label, name) =>
    expect(taxonomy.resolve(label)).toEqual({ name, exactness: 'broader' }),
  );

  it.each(['carcinoma cell', 'nevus melanoma', 'cell basal', 'of the', 'disease'])('%s as nothing', (label) =>
    expect(taxonomy.resolve(label)).toBeNull(),
  );
});
