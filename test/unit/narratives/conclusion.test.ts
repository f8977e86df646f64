import { describe, expect, it } from 'vitest';
import { faultOfConclusion } from '../../../domain/narratives/conclusion.ts';

describe('a conclusion', () => {
  it.each([
    ['melanoma', 'Asymmetry, notched border and several colours make melanoma the most likely diagnosis.'],
    ['melanoma', 'Although a dysplastic nevus is possible, the findings are most consistent with melanoma.'],
    ['melanoma', 'The features favor melanoma rather than seborrheic keratosis or a dysplastic nevus.'],
    ['melanoma', 'This is not a dysplastic nevus or seborrheic keratosis; melanoma is the most likely diagnosis.'],
    ['melanoma', 'Melanoma explains the colours, while a seborrheic keratosis would be stuck on.'],
    ['melanoma', 'The overall picture is highly suspicious for malignant melanoma.'],
    ['melanoma', 'Melanoma accounts for all of it; neither a dysplastic nevus nor a seborrheic keratosis does.'],
    ['melanoma', 'Melanoma cannot be excluded clinically and is the most likely diagnosis.'],
    ['melanoma', 'The diagnosis of melanoma is not in doubt given the colours.'],
    ['melanoma', 'A nevus or seborrheic keratosis is less likely; melanoma is most likely.'],
    ['melanoma', 'Taken together, these findings make it the most likely diagnosis.'],
    ['melanocytic nevus', 'A benign mole or nevus is most likely.'],
    ['melanocytic nevus', 'There is no sign of melanoma, so a nevus is the best explanation.'],
    ['atopic dermatitis', 'The flexural distribution makes eczema of the atopic type most likely.'],
    ['psoriasis', 'Psoriasis or a related process fits, plaque psoriasis being the most likely.'],
    ['herpes zoster', 'The dermatomal vesicles leave herpes zoster, or shingles, as the diagnosis.'],
    ['scar', 'A scar explains this better than a dermatofibroma.'],
    ['basal cell carcinoma', 'The border is classic for BCC and not for squamous cell carcinoma or melanoma.'],
    ['vitiligo', 'It is not only vitiligo by colour, but also by its sharp border.'],
    ['melanoma', 'A definitive diagnosis cannot be made without biopsy, but melanoma is the most likely.'],
    ['melanoma', 'No other diagnosis than melanoma explains the colours.'],
    ['psoriasis', 'The border cannot be assessed, yet scale and place speak for psoriasis.'],
    ['psoriasis', 'There is no doubt that this is psoriasis.'],
    ['psoriasis', 'Eczema was considered, but psoriasis is more likely than eczema.'],
    ['psoriasis', 'The sharp border does not fit eczema, and nothing speaks for tinea; psoriasis remains.'],
    ['psoriasis', 'The diagnosis is psoriasis, not eczema.'],
    ['psoriasis', 'Its extent is unknown and cannot be assessed; psoriasis explains the rest.'],
  ])('of %s is one: %s', (diagnosis, passage) => {
    expect(faultOfConclusion(passage, diagnosis)).toBeNull();
  });

  it.each([
    ['melanoma', 'The most likely diagnosis is basal cell carcinoma.', 'concludes with another diagnosis'],
    ['melanoma', 'A harmless mole is the best explanation.', 'concludes with another diagnosis'],
    ['eczema', 'Psoriasis is the diagnosis.', 'concludes with another diagnosis'],
    ['melanoma', 'It could be melanoma or a dysplastic nevus.', 'leaves the diagnosis open'],
    ['melanoma', 'Either seborrheic keratosis or melanoma is most likely.', 'leaves the diagnosis open'],
    ['psoriasis', 'Psoriasis vs eczema remains open.', 'leaves the diagnosis open'],
    ['melanoma', 'Melanoma is unlikely here given the findings.', 'denies the diagnosis'],
    ['melanoma', 'This is not melanoma after all.', 'denies the diagnosis'],
    ['melanoma', 'Malignant melanoma is ruled out by the smooth border.', 'denies the diagnosis'],
    ['melanoma', 'I am unsure whether this is melanoma.', 'denies the diagnosis'],
    ['melanoma', 'The findings fit basal cell carcinoma best; melanoma is less likely.', 'denies the diagnosis'],
    ['psoriasis', 'Tinea corporis, not psoriasis, is the most likely.', 'denies the diagnosis'],
    ['basal cell carcinoma', 'The findings favour melanoma over BCC.', 'denies the diagnosis'],
    ['melanoma', 'A diagnosis cannot be determined.', 'leaves the diagnosis open'],
    ['melanoma', 'No definitive diagnosis can be made from the picture alone.', 'leaves the diagnosis open'],
    ['psoriasis', 'The findings suggest psoriasis, but a diagnosis cannot be determined.', 'leaves the diagnosis open'],
    ['psoriasis', 'Psoriasis cannot be distinguished from eczema here.', 'leaves the diagnosis open'],
    ['psoriasis', 'Psoriasis and eczema are equally likely.', 'leaves the diagnosis open'],
    ['psoriasis', 'The diagnosis lies between psoriasis and eczema.', 'leaves the diagnosis open'],
    ['psoriasis', 'Psoriasis seems less likely than eczema.', 'denies the diagnosis'],
    ['psoriasis', 'The findings do not fit psoriasis.', 'denies the diagnosis'],
    ['psoriasis', 'The findings are inconsistent with psoriasis.', 'denies the diagnosis'],
    ['psoriasis', 'There is no evidence of psoriasis.', 'denies the diagnosis'],
    ['psoriasis', 'Psoriasis was considered but eczema is more likely.', 'denies the diagnosis'],
    ['psoriasis', 'Eczema is more likely than psoriasis.', 'denies the diagnosis'],
    ['psoriasis', 'I doubt that this is psoriasis.', 'denies the diagnosis'],
    ['psoriasis', 'Psoriasis should be rejected.', 'denies the diagnosis'],
    ['psoriasis', 'Psoriasis does not explain the vesicles, so eczema is the diagnosis.', 'denies the diagnosis'],
    ['psoriasis', 'Psoriasis is not supported.', 'denies the diagnosis'],
    ['psoriasis', 'The diagnosis is eczema, not psoriasis.', 'denies the diagnosis'],
    ['psoriasis', 'The diagnosis remains uncertain.', 'leaves the diagnosis open'],
    ['psoriasis', 'There is not enough information to conclude.', 'leaves the diagnosis open'],
  ])('of %s is none: %s', (diagnosis, passage, fault) => {
    expect(faultOfConclusion(passage, diagnosis)).toBe(fault);
  });
});
