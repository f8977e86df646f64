import { html } from 'hono/html';
import { controlOf } from '../../../../domain/evaluation/model-under-test.ts';
import type {
  Report,
  Standing,
  TaskBaseline,
  TextOnlyBaseline,
} from '../../../../domain/methods/skin-r1/report/report.ts';
import type { QuestionTask } from '../../../../domain/questions/question.ts';
import { percent, percentRange, points, taskTitles } from '../../../../domain/report/words.ts';
import { modeWords } from '../../../../domain/report/words-distractors.ts';
import { grouped } from '../../../../domain/words.ts';
import { type Markup, table } from '../../markup.ts';

/** What is right without looking, over all data sets and in each, with the final model beside it. */
export function textOnlyTable({ baselines, evaluations, final }: Report, task: QuestionTask): Markup {
  const baseline = baselines.find((own) => own.task === task);
  if (!baseline?.textOnly) return html``;
  const { textOnly } = baseline;
  const model = evaluations.find(({ label }) => label === final);
  const control = model && controlOf(evaluations, model)?.label;
  const sets = textOnly.sets.map((set) => row(set.source, set, final, control));
  const head = [
    'Data',
    'n',
    'Final model',
    'Against text only (points)',
    'Text only',
    '95 % interval',
    'Macro-F1 of text only',
    'Chance',
    'Grey image',
    'Most frequent answer',
  ];
  const below = textOnly.models.filter(({ standing }) => standing === 'below');
  const titles = below.flatMap(({ label }) =>
    evaluations.flatMap((own) => (own.label === label && own.image === 'real' ? [own.title] : [])),
  );
  return html`${table(`${taskTitles[task]}: without the image`, head, [row('all', { ...baseline, ...textOnly }, final, control), ...sets])}
    ${titles.length > 0 ? html`<p>Below text only: ${titles.join('; ')}.</p>` : ''}`;
}

type Row = Pick<TaskBaseline, 'items' | 'chance' | 'majority'> & Omit<TextOnlyBaseline, 'sets'>;

function row(name: string, numbers: Row, final: string, control: string | undefined): Markup {
  const { items, chance, majority, accuracy, models } = numbers;
  const of = (label: string | undefined): Standing | undefined => models.find((own) => own.label === label);
  const [own, grey] = [of(final), of(control)];
  return html`<tr>
    <th scope="row">${name}</th><td>${grouped(items)}</td><td>${own ? percent(own.accuracy) : '–'}</td>
    <td>${own ? `${own.standing}, ${points(own.difference)}` : '–'}</td>
    <td>${percent(accuracy)}</td><td>${percentRange(numbers)}</td><td>${numbers.macroF1.toFixed(3)}</td>
    <td>${percent(chance)}</td><td>${grey ? percent(grey.accuracy) : '–'}</td>
    <td>${majority.label}, ${percent(majority.accuracy)}</td>
  </tr>`;
}

/** What the text-only rows are, and how wrong options were drawn. */
export function textOnlyNote({ baselines, recipe }: Report): Markup {
  const mode = modeWords(recipe.questions.distractors);
  return html`${
    baselines.some(({ textOnly }) => textOnly)
      ? html`<p>“Text only” is a rule without any image: from the training questions it knows how often each label is right
      when it is offered, beside an ancestor or not, and among just these options. A model that is not above it has not been shown to look.</p>`
      : ''
  }
    ${mode === null ? '' : html`<p>${mode}</p>`}`;
}
