/** The diagnosis questions of pictures whose skin tone is known, by skin tone. `byAttribute` does it for any benchmark. */
import { skinToneField } from '../../cases/skin-tone.ts';
import type { Benchmark } from '../benchmark.ts';
import { summariseChoices } from '../summaries/summarise.ts';
import { idDiagnosis } from './id-diagnosis.ts';

export const fairness: Benchmark = {
  ...idDiagnosis,
  name: 'fairness',
  title: 'Diagnosis by skin tone',
  description:
    'In-distribution diagnosis of the pictures whose set notes the Fitzpatrick type, a column for each group of types. The number to read is the worst group and its gap to the best.',
  needs: 'test questions of pictures with a skin tone, e.g. of Fitzpatrick17k, DDI or PAD-UFES-20',
  items: (sources, profile) =>
    idDiagnosis.items(sources, profile).filter(({ attributes }) => attributes[skinToneField] !== undefined),
  summarise: (items) => summariseChoices('fairness', items, ({ attributes }) => attributes[skinToneField] ?? 'unknown'),
  published: [],
};
