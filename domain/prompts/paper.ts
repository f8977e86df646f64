/** Prompts for models that read prose. The demands are those of App. D; the wording is ours. */
import { tags } from '../questions/tags.ts';
import type { PromptWording } from './wording.ts';

const role = 'You assist dermatologists by reading images of skin lesions. Given the dermatology image, ';
const close = 'Be accurate and concise, and keep strictly to this format.';
const form = (last: string, thinking: string, answer: string): string =>
  `Reply with exactly two blocks.\n<${tags.thinking}> ${thinking} </${tags.thinking}>\n<${last}> ${answer} </${last}>\n${close}`;
const abnormality = 'What type of abnormality is present in this image?';

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
  concepts: `${role}name every clinical sign that is visible. Write one line a sign: its name, a colon, and how it looks. Name no diagnosis.`,
  reward: (options) =>
    `${role}answer: ${abnormality}\n${options}\n${form(
      tags.final,
      'the features and observations that decide',
      'the single most likely option, the most fine-grained one if several are plausible, without reasoning, then the lesion condition: benign, malignant or precancerous in situ',
    )}`,
  diagnosis: (options) =>
    `${role}answer: ${abnormality}\n${options}\n${form(
      tags.final,
      'the features and observations that decide',
      'the single most likely option (A/B/C/D), the most fine-grained one if several are plausible, without reasoning',
    )}`,
  condition: (options) =>
    `${role}answer: What is the condition of this lesion?\n${options}\n${form(
      tags.final,
      'the features and observations that decide',
      'only A, B or C',
    )}`,
  ddx: (options) =>
    `${role}answer: ${abnormality}\n${options}\n${form(
      tags.final,
      'the features and observations that tell the options apart',
      'the single most likely option by its letter, without reasoning',
    )}`,
  hierarchical: (options) =>
    `${role}answer: ${abnormality}\n${options}\n${form(
      tags.final,
      'the key criteria of each option, then how far the image meets them',
      'by its letter, the most fine-grained option whose criteria are met, without reasoning',
    )}`,
};
