/** P1 to P6 and P9, for models that read prose. The demands are those of App. D; the wording is ours. */
import { tags } from '../questions/tags.ts';
import type { PromptWording } from './wording.ts';

export const role = 'You assist dermatologists by reading images of skin lesions. Given the dermatology image, ';
const close = 'Be accurate and concise, and keep strictly to this format.';
const form = (last: string, thinking: string, answer: string): string =>
  `Reply with exactly two blocks.\n<${tags.thinking}> ${thinking} </${tags.thinking}>\n<${last}> ${answer} </${last}>\n${close}`;
/** The questions themselves are the paper's: they are part of what is measured. */
export const abnormality = 'What type of abnormality is present in this image?';
export const condition =
  'What type of lesion condition (benign, malignant or precancerous in situ) is present in this image?';

const deciding = 'the features and observations that decide';
const concepts = `${role}name every clinical sign that is visible. Write one line a sign: its name, a colon, and how it looks. Name no diagnosis.`;

export const paperProfile: PromptWording = {
  trajectory: `${role}analyse the findings and give a structured diagnosis. ${form(
    tags.diagnosis,
    'the decisive clinical features, what you observe, and the rationale',
    'the most likely fine-grained diagnosis, its condition (benign or malignant) and where it stands in the taxonomy',
  )}`,
  differential: `${role}reason towards a structured diagnosis. ${form(
    tags.diagnosis,
    'in this order: the features; the diagnosis they suggest first; at least one plausible alternative and the features that define it; a step-by-step comparison; one concluding diagnosis',
    'one fine-grained diagnosis, its condition (benign or malignant) and its family in the taxonomy, without explanation or alternatives',
  )}`,
  reward: `${role}answer: ${abnormality}\n{options}\n${form(
    tags.final,
    deciding,
    'the single most likely option, the most fine-grained one if several are plausible, without reasoning, then the lesion condition: benign, malignant or precancerous in situ',
  )}`,
  evaluation: {
    name: 'paper',
    system: null,
    prompts: {
      // P4
      diagnosis: `${role}answer: ${abnormality}\n{options}\n${form(
        tags.final,
        deciding,
        'the single most likely option (A/B/C/D), the most fine-grained one if several are plausible, without reasoning',
      )}`,
      // P6
      'lesion-condition': `${role}answer: ${condition}\n{options}\n${form(tags.final, deciding, 'only A, B or C')}`,
      // P4 without its demand for the most fine-grained option: look-alikes are all equally fine.
      ddx: `${role}answer: ${abnormality}\n{options}\n${form(
        tags.final,
        'the features and observations that tell the options apart',
        'the single most likely option by its letter, without reasoning',
      )}`,
      // P4 with the criteria of each option first: all options are true, one is the finest.
      hierarchical: `${role}answer: ${abnormality}\n{options}\n${form(
        tags.final,
        'the key criteria of each option, then how far the image meets them',
        'by its letter, the most fine-grained option whose criteria are met, without reasoning',
      )}`,
      // P5
      ready: `${role}answer: {question}\n{options}\n${form(
        tags.final,
        'in this order: the features; the option they suggest first; at least one plausible alternative among the other options and the features that define it; a step-by-step comparison; one concluding condition',
        'the single most likely option, without reasoning',
      )}`,
      // P9
      open: `${role}answer: ${abnormality} Describe the clinical features and observations that support your diagnosis, then give the diagnosis. Give the lesion condition too: benign, malignant or precancerous in situ.`,
      concepts,
    },
  },
};
