/** Curves of every stage that was trained: its loss and its parts, or the reward of an evaluator. */
import type { NarrativeReport } from '../../../domain/methods/skingpt-r1/report/report.ts';
import { type StageRow, stageNames, stages } from '../../../domain/stages/index.ts';
import { figure, type Markup, section } from '../markup.ts';
import { figuresOfStage } from '../stage-figures.ts';

export async function distillationSection({ training }: NarrativeReport): Promise<Markup> {
  const drawn: Markup[] = [];
  for (const name of stageNames) {
    const stage: StageRow = stages[name];
    for (const one of figuresOfStage(stage, training[stage.logField] ?? [])) drawn.push(await figure(one));
  }
  return section('training', 'Training', ...drawn);
}
