import { html } from 'hono/html';
import type { Report } from '../../../../domain/methods/skin-r1/report/report.ts';
import { rewardWeights } from '../../../../domain/reward-settings.ts';
import { choiceWords } from '../../../../domain/rewards/milestones.ts';
import { rewardedStages, type Stage, stageNames, stages } from '../../../../domain/stages/index.ts';
import { figure, type Markup, section } from '../../markup.ts';
import { changeOf, figuresOfStage, smoothed } from '../../stage-figures.ts';
import { componentChart, conceptChart, klChart, lossChart, rewardChart } from '../charts/curves.ts';
import { rewardParts } from './reward-parts.ts';

/** Curves of all stages of training, and what the policy wrote. */
export async function trainingSection(report: Report): Promise<Markup> {
  const figures = [
    {
      id: 'reward',
      title: 'Reward by GRPO step, with and without SFT before it',
      caption: `Mean over the completions of a step. ${smoothed}`,
      description: ends(report, 'reward'),
      spec: (width: 'wide' | 'narrow') => rewardChart(report, width),
    },
    {
      id: 'components',
      title: 'Parts of the reward',
      caption: `Moving averages. At most ${rewardWeights.format} for the form, ${rewardWeights.granularity} for the diagnosis by its place in the taxonomy, ${rewardWeights.malignancy} for the condition of the lesion.`,
      description: ends(report, 'reward/granularity'),
      spec: (width: 'wide' | 'narrow') => componentChart(report, width),
    },
    {
      id: 'loss',
      title: 'Loss by SFT step',
      caption: `Over the tokens of the trajectories. ${smoothed}`,
      description: ends(report, 'loss'),
      spec: (width: 'wide' | 'narrow') => lossChart(report, width),
    },
    ...(report.training.concepts.length > 0 ? [conceptFigure(report)] : []),
    {
      id: 'kl',
      title: 'Divergence from the reference policy by GRPO step',
      caption: `The reference is the policy that GRPO started from, in every stretch. ${smoothed}`,
      description: ends(report, 'kl'),
      spec: (width: 'wide' | 'narrow') => klChart(report, width),
    },
    ...stageNames.filter((stage) => !joint.includes(stage)).flatMap((stage) => ownFigures(report, stage)),
  ];
  const drawn: Markup[] = [];
  for (const one of figures) drawn.push(await figure(one));
  const chosen = (report.chosen ?? []).map(
    (choice) => html`<p>${stages[choice.stage].title}: ${choiceWords(choice, report.recipe.data.groupBy)}</p>`,
  );
  return section('training', 'Training', ...chosen, ...drawn, completionTexts(report));
}

/** Those that the figures above show. */
const joint: readonly Stage[] = ['concepts', 'sft', ...rewardedStages];

const ownFigures = ({ training }: Report, stage: Stage) =>
  figuresOfStage(stages[stage], training[stages[stage].logField] ?? []);

const conceptFigure = (report: Report) => ({
  id: 'concepts',
  title: 'Loss by step of the alignment of concepts',
  caption: `The phase before the trajectories, over the tokens of the explained concepts. ${smoothed}`,
  description: changeOf(stages.concepts.logTitle, report.training.concepts, 'loss'),
  spec: (width: 'wide' | 'narrow') => conceptChart(report, width),
});

/** First and last value of a scalar in each stage, for those who cannot see the curve. */
function ends({ training }: Report, scalar: string): string {
  return stageNames
    .filter((stage) => stage !== 'concepts') // has a figure of its own
    .map((stage) => changeOf(stages[stage].logTitle, training[stages[stage].logField] ?? [], scalar))
    .filter((change) => change !== '')
    .join('; ');
}

function completionTexts({ completions }: Report): Markup {
  if (completions.length === 0) return html``;
  const texts = completions.map(
    ({ step, completion, components }) => html`
      <h4>Step ${step}</h4>
      <p class="output panel">${completion}</p>
      ${rewardParts(components)}`,
  );
  return html`<h3>What the policy wrote while it learned</h3>
    <p>One sampled completion of the first, the middle and the last logged GRPO step.</p>${texts}`;
}
