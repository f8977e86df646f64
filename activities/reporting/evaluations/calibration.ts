/** Whether models know how sure they may be: reliability diagram, calibration error and Brier score. */
import { html } from 'hono/html';
import type { EvaluationPage } from '../../../domain/pages/evaluation-page.ts';
import { grouped } from '../../../domain/words.ts';
import { reliabilityChart } from '../charts/reliability.ts';
import { figure, type Markup, section, table } from '../markup.ts';

const three = (value: number): string => value.toFixed(3);

/** Of models alone: rules state no probability. */
export async function calibrationSection({ rows }: EvaluationPage): Promise<Markup> {
  const models = rows.filter(({ kind }) => kind !== 'rule');
  const calibrated = models.flatMap(({ label, summary }) =>
    summary.calibration ? [{ label, all: summary.items, own: summary.calibration }] : [],
  );
  const silent = models.filter(({ summary }) => !summary.calibration).map(({ label }) => label);
  const absent =
    silent.length > 0
      ? html`<p class="absent">Absent, since no probabilities of options were told with the answers: ${silent.join(', ')}. The ONNX runtime tells them where the answer begins with an option's letter, or with a token that begins one label alone, an endpoint where its requests ask for <code>logprobs</code>; answers that were kept before have none.</p>`
      : '';
  if (calibrated.length === 0) return section('calibration', 'Calibration', html`${absent}`);
  const said = calibrated.map(({ label, own }) => `${label}: error ${three(own.ece.value)}`).join('; ');
  const cell = ({ value, low, high }: { value: number; low: number; high: number }): Markup =>
    html`<td data-value="${value}">${three(value)}<small>${three(low)} to ${three(high)}</small></td>`;
  return section(
    'calibration',
    'Calibration',
    html`<p>The probability of the answer among the item's options, beside how often such answers are right. Items whose answer came without probabilities are not counted.</p>`,
    await figure({
      id: 'reliability',
      title: 'Reliability',
      caption:
        'Points are bins of confidence, larger where they hold more answers; on the dashed line probabilities are kept. The first three models are drawn.',
      description: said,
      spec: (width) => reliabilityChart(models, width),
    }),
    html`<div class="sortable">${table(
      'Calibration',
      ['Model', 'Calibration error', 'Brier score', 'Confidence less accuracy', 'Items'],
      calibrated.map(
        ({ label, all, own }) => html`<tr><th scope="row">${label}</th>${cell(own.ece)}${cell(own.brier)}
          <td data-value="${own.bias}">${own.bias > 0 ? '+' : ''}${three(own.bias)}</td>
          <td data-value="${own.items}">${grouped(own.items)} of ${grouped(all)}</td></tr>`,
      ),
    )}</div>`,
    html`${absent}`,
  );
}
