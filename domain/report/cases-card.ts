/** The cases of a run, counted for its report. */
import { modalities } from '../cases/case.ts';
import { type CaseTally, noCases, sizeOf } from '../cases/data-report.ts';
import type { FunnelStep } from '../cases/dermnet-filter.ts';
import type { CasesResult } from '../contracts/data.ts';
import type { RecipeParts } from '../recipe/parts.ts';
import type { CasesCard } from './parts.ts';

export function casesCard(
  { recipe, data }: { recipe: Pick<RecipeParts, 'data'>; data: Pick<CasesResult, 'counts'> },
  cases: CaseTally,
  funnel: readonly FunnelStep[],
): CasesCard {
  const diagnoses = Object.entries(cases.by('diagnosis')).flatMap(([diagnosis, counts]) => {
    const malignancy = cases.malignancyOf(diagnosis);
    return malignancy ? [{ diagnosis, malignancy, ...counts }] : [];
  });
  const byModality = cases.by('modality');
  return {
    generated: recipe.data.generate !== undefined,
    cases: data.counts,
    diagnoses: diagnoses.toSorted((a, b) => sizeOf(b) - sizeOf(a) || (a.diagnosis < b.diagnosis ? -1 : 1)),
    modalities: modalities
      .map((modality) => ({ modality, ...(byModality[modality] ?? noCases()) }))
      .filter((row) => sizeOf(row) > 0),
    funnel: [...funnel],
  };
}
