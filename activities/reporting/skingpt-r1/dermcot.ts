/** What was written, how it was scored and what was kept; and what reviewers said of it. */
import { html } from 'hono/html';
import type { NarrativeReport } from '../../../domain/methods/skingpt-r1/report/report.ts';
import { percent } from '../../../domain/report/words.ts';
import { grouped, utcMinute } from '../../../domain/words.ts';
import { type Markup, section, table } from '../markup.ts';
import { agreementTable, meansTable } from './cells.ts';

const groupNames = { kept: 'Kept', dropped: 'Dropped' } as const;

export function narrativesSection({ narratives, recipe, data }: NarrativeReport): Markup {
  const { counts, rows, scorer, missing, groups, tones, reasons } = narratives;
  const { threshold, top } = recipe.narratives.keep;
  const bounds = [
    ...(threshold === null ? [] : [`a mean of at least ${threshold}`]),
    ...(top === null ? [] : [`the best ${grouped(top)}`]),
  ];
  return section(
    'narratives',
    'DermCoT',
    html`<p>${grouped(counts.cases)} cases of the training part; ${grouped(counts.written)} narratives in the standard form, each a
      description by ${recipe.narratives.describer === 'base' ? 'the base model' : 'the language model'} that was not told the
      diagnosis, and a rationale that was. Kept: ${bounds.length > 0 ? bounds.join(', ') : 'all'}; with
      ${grouped(rows.certified)} certified ones they are ${grouped(rows.train)} rows to train on and ${grouped(rows.validation)} to validate.</p>
      <p>Scored by ${scorer.words}. ${grouped(missing)} narratives lack a score; a missing score counts nowhere.</p>`,
    meansTable(
      'Scores of what was kept and of what was not, of 5',
      'Narratives',
      groups.map(({ name, narratives: texts, means }) => ({ name: groupNames[name], texts, means })),
    ),
    tones.length > 0
      ? meansTable(
          'Scores by skin tone (Fitzpatrick’s types), of 5',
          'Skin tone',
          tones.map(({ tone, narratives: texts, kept, means }) => ({
            ...{ name: tone ?? 'not noted', note: `${percent(texts === 0 ? 0 : kept / texts)} kept`, texts, means },
          })),
        )
      : html`<p>${data.generated ? 'Drawings have no skin tone.' : 'The data note no skin tone.'}</p>`,
    reasons.length > 0
      ? table(
          'Why replies were rejected',
          ['Reason', 'Replies'],
          reasons.map(({ reason, count }) => html`<tr><td class="words">${reason}</td><td>${grouped(count)}</td></tr>`),
        )
      : html`<p>No reply was rejected.</p>`,
  );
}

/** Empty of a program, which has no clock. */
const minuteOf = (time: string | undefined): string => (time === undefined ? '' : utcMinute(time));

const partNames = { train: 'Trained on', bench: 'DermBench’s part' } as const;

export function certifiedSection(
  { narratives, recipe }: NarrativeReport,
  { counts, reviewers, parts, between, scorer }: NonNullable<NarrativeReport['certified']>,
): Markup {
  const isScripted = reviewers.some(({ kind }) => kind === 'script');
  return section(
    'certified',
    'Certified cases',
    html`<p>${grouped(counts.certified)} cases certified, ${grouped(counts.skipped)} skipped, ${grouped(counts.settled)} settled after a
      disagreement of more than ${recipe.certified.settleAbove} in a dimension; ${grouped(counts.train)} for training,
      ${grouped(counts.bench)} for DermBench’s part, which nobody is trained on.</p>
      ${isScripted ? html`<p class="label">The reviewers are programs (<code>script</code>): they say what is known of a drawing, and their agreement is no agreement of people.</p>` : ''}`,
    table(
      'Reviewers',
      ['Reviewer', 'Is', 'Scored', 'Skipped', 'Settled', 'Texts edited', 'From', 'To'],
      reviewers.map(
        (
          own,
        ) => html`<tr><th scope="row">${own.name}</th><td>${own.kind === 'script' ? 'a script' : 'a person'}</td><td>${grouped(own.scored)}</td>
          <td>${grouped(own.skipped)}</td><td>${grouped(own.settled)}</td><td>${grouped(own.edited)}</td>
          <td>${minuteOf(own.from)}</td><td>${minuteOf(own.to)}</td></tr>`,
      ),
    ),
    meansTable(
      `Scores by ${isScripted ? 'scripts' : 'people'}, of 5`,
      'Part',
      parts.map(({ part, narratives: texts, means }) => ({ name: partNames[part], texts, means })),
    ),
    between
      ? agreementTable(
          `Reviewers with one another (${isScripted ? 'scripts' : 'people'}): the scores of each pair on the cases that both scored`,
          between,
        )
      : html`<p>No case was scored by two reviewers, so their agreement is not known.</p>`,
    agreementTable(
      `${narratives.scorer.by === 'dermeval' ? 'DermEval' : 'What scored the narratives'} and reviewers${isScripted ? ' (scripts)' : ''}, ${scorer.part === 'bench' ? 'on the part that it was not trained on' : 'on all certified cases'}: first ${narratives.scorer.words}`,
      scorer.agreements,
    ),
    html`<p class="reasons">Published (arXiv 2511.09195, other texts): DermEval 0.117, DermBench’s judge 0.251 mean deviation from people on 4,500 cases.</p>`,
  );
}
