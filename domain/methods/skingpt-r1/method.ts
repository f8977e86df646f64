/**
 * SkinGPT-R1 (arXiv 2511.15242): narratives that an evaluator filters, certified cases, and two adapters beside a frozen
 * base that are taught by narratives and by another encoder's features.
 */
import type { SkinGptR1Recipe } from '../../recipe/methods/skingpt-r1.ts';
import { shippedTeacher } from '../../recipe/teacher.ts';
import type { Method } from '../method.ts';
import { withBothArms } from './ablation.ts';
import { skinGptR1Card } from './card.ts';
import { skinGptR1Outline } from './outline.ts';
import { planSkinGptR1 } from './plan.ts';
import { describeSkinGptR1Plan } from './plan-words.ts';
import { narrativeReportSchema } from './report/report.ts';

export const skinGptR1Method: Method<SkinGptR1Recipe> = {
  ...skinGptR1Outline,
  plan: (input) => {
    const plan = planSkinGptR1(input);
    return { plan, words: describeSkinGptR1Plan(input.recipe, plan) };
  },
  asksOthers: ({ teacher, judge, certified }) =>
    (teacher !== null && teacher.encoder !== shippedTeacher) ||
    judge !== undefined ||
    (certified.by === 'people' && certified.cases > 0),
  report: narrativeReportSchema,
  ablation: (recipe) => [{ recipe: withBothArms(recipe), words: 'with and without the teacher' }],
  card: (source) => skinGptR1Card(source, skinGptR1Outline.trained(source.recipe)),
};
