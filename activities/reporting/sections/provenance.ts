import { html } from 'hono/html';
import { stringify } from 'yaml';
import type { ModelRef } from '../../../domain/contracts/references.ts';
import { type LlmAccount, ledgerWords } from '../../../domain/llm-account.ts';
import { conditionNames } from '../../../domain/questions/tags.ts';
import { type Recipe, sourceNames } from '../../../domain/recipe/recipe.ts';
import { groupLineage } from '../../../domain/report/lineage-graph.ts';
import type { CasesCard, LineageEntry, Spent } from '../../../domain/report/parts.ts';
import { grouped } from '../../../domain/words.ts';
import { conditionChart, diagnosisChart, funnelChart, modalityChart } from '../charts/cases.ts';
import { lineageDrawing } from '../charts/lineage.ts';
import { collapsible, figure, framed, type Markup, section, table } from '../markup.ts';

/** A longer table is folded. */
const unfoldedRows = 12;

interface ReportedCases {
  data: CasesCard;
  recipe: Pick<Recipe, 'data'>;
  spent: Spent;
}

/**
 * What the run learned from and was tested on.
 *
 * @param made what was made of the cases, in a sentence
 */
export async function casesSection({ data, recipe, spent }: ReportedCases, made: Markup): Promise<Markup> {
  const { cases } = data;
  const by = recipe.data.groupBy === 'patient' ? 'no patient stands in two splits' : 'images are split one by one';
  const origin = data.generated
    ? html`<p class="label">Generated images, not patients: drawn by a program in the layout of HAM10000.</p>`
    : html`<p>Images supplied by whoever ran the recipe, in the layouts of ${sourceNames(recipe.data)}.</p>`;
  const rows = data.diagnoses.map(
    (row) => html`<tr><th scope="row">${row.diagnosis}</th><td>${conditionNames[row.malignancy]}</td>
      <td>${grouped(row.train)}</td><td>${grouped(row.validation)}</td><td>${grouped(row.test)}</td></tr>`,
  );
  const total = html`<tr class="strong"><th scope="row">All</th><td></td><td>${grouped(cases.train)}</td><td>${grouped(cases.validation)}</td><td>${grouped(cases.test)}</td></tr>`;
  return section(
    'data',
    'Data',
    origin,
    html`<p>${made}${cases.quarantined > 0 ? ` ${grouped(cases.quarantined)} unusable images were left out.` : ''}
      Split ${recipe.data.split.train}:${recipe.data.split.validation}:${recipe.data.split.test}; ${by}.
      Images of at most ${grouped(recipe.data.maxPixels)} pixels.</p>`,
    html`${spent.map(({ stage, account }) => html`<p>Spent on the language model for ${stage}: ${spentWords(account)}.</p>`)}`,
    await figure({
      id: 'cases-diagnosis',
      title: 'Cases by diagnosis and split',
      caption: 'The numbers stand in the table below.',
      description: `${data.diagnoses.length} diagnoses; the most frequent is ${data.diagnoses[0]?.diagnosis ?? 'none'}.`,
      spec: (width) => diagnosisChart(data, width),
    }),
    await figure({
      id: 'cases-condition',
      title: 'Cases by lesion condition and split',
      caption: 'By the malignancy of the diagnosis in the taxonomy.',
      description: `${grouped(cases.train)} cases for training, ${grouped(cases.validation)} for validation, ${grouped(cases.test)} for the test.`,
      spec: (width) => conditionChart(data, width),
    }),
    await figure({
      id: 'cases-modality',
      title: 'Cases by modality and split',
      caption: 'How the pictures were taken, as their sets state it.',
      description: data.modalities
        .map(({ modality, train }) => `${grouped(train)} ${modality} for training`)
        .join(', '),
      spec: (width) => modalityChart(data, width),
    }),
    await figure({
      id: 'dermnet-funnel',
      title: 'What is left of DermNet',
      caption: 'Kept are skin cancers and what they are mistaken for, in classes of some size.',
      description: data.funnel
        .map(({ name, images, classes }) => `${name}: ${images} images, ${classes} classes`)
        .join('; '),
      spec: (width) => funnelChart(data, width),
    }),
    collapsible(
      `${data.diagnoses.length} diagnoses in numbers`,
      data.diagnoses.length <= unfoldedRows,
      table(
        'Cases by diagnosis and split',
        ['Diagnosis', 'Condition', 'Training', 'Validation', 'Test'],
        [...rows, total],
      ),
    ),
  );
}

/** E.g. `640 calls (12 of no use), 91,200 tokens, 0.13 in money; 0 of 612 from the ledger; answered by qwen3`. */
function spentWords(account: LlmAccount): string {
  const { calls, unusable, inputTokens, outputTokens, estimated, money, servedBy } = account;
  return [
    `${grouped(calls)} calls (${grouped(unusable)} of no use), ${grouped(inputTokens + outputTokens)} tokens${estimated > 0 ? `, those of ${grouped(estimated)} calls estimated` : ''}${money === null || money === 0 ? '' : `, ${money.toFixed(2)} in money`}`,
    ledgerWords(account),
    ...(servedBy.length > 0 ? [`answered by ${servedBy.join(', ')}`] : []),
  ].join('; ');
}

const short = (sha256: string): string => sha256.slice(0, 12);
const anchor = (sha256: string): string => `artifact-${short(sha256)}`;

/** Every artifact that the figures rest on, each with what it was made from. */
export function lineageSection({ lineage }: { lineage: readonly LineageEntry[] }): Markup {
  const nodes = groupLineage(lineage);
  const description = `${lineage.length} artifacts in ${nodes.length} groups; the table below names each with its inputs.`;
  const drawing = (width: 'wide' | 'narrow'): Markup =>
    html`<div class="drawing ${width}">${lineageDrawing(nodes, width, description)}</div>`;
  const caption = 'What was made from another stands below it. Artifacts made alike from alike are one box.';
  return section(
    'lineage',
    'Lineage',
    html`<p>Each artifact is named by the SHA-256 of its manifest (12 of 64 digits here, all in <code>report.json</code>). The
      manifest names the digests of its inputs, so the numbers above lead back to the data.</p>`,
    nodes.length > 0
      ? framed(
          { id: 'lineage-graph', title: 'From data to report', caption },
          html`${drawing('wide')}${drawing('narrow')}`,
        )
      : html``,
    collapsible(
      `All ${lineage.length} artifacts`,
      false,
      table('Artifacts of the run', ['Artifact', 'Made by', 'Out of', 'Files', 'Size'], lineage.map(lineageRow)),
    ),
  );
}

const lineageRow = (entry: LineageEntry): Markup => html`<tr id="${anchor(entry.sha256)}">
  <th scope="row">${entry.kind} <code title="${entry.key}">${short(entry.sha256)}</code></th>
  <td>${entry.method}</td>
  <td>${entry.inputs.map(({ name, sha256, artifact }) => {
    const digest = html`<code>${short(sha256)}</code>`;
    return html`<span class="part">${name} ${artifact ? html`<a href="#${anchor(sha256)}">${digest}</a>` : digest}</span> `;
  })}</td>
  <td>${entry.files}</td>
  <td>${size(entry.bytes)}</td>
</tr>`;

function size(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  if (bytes < 1_000_000) return `${(bytes / 1000).toFixed(1)} kB`;
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}

interface Reproduced {
  run: string;
  recipe: Recipe;
  model: ModelRef;
  /** Versions by name. */
  software: Readonly<Record<string, string>>;
}

/** Recipe, versions and commands. */
export const reproduceSection = ({ recipe, software, model, run }: Reproduced): Markup =>
  section(
    'reproduce',
    'How to reproduce',
    html`<ol>
      <li>Save the recipe below as <code>${recipe.name}.yaml</code>.</li>
      <li>${recipe.data.generate ? html`Run <code>npx dermflow run ${recipe.name}.yaml</code>; the images are drawn anew from the seed.` : html`Run <code>npx dermflow run ${recipe.name}.yaml --data DIR</code> with the same images.`}</li>
      <li>Compare digests in <code>report.json</code>. Equal inputs give equal keys. On a CPU with one thread and the same software, checkpoints have equal bytes; on other hardware they differ in rounding.</li>
    </ol>
    <p>Run <code>${run}</code>. Base model <code>${model.base}</code>, digest <code class="digest">${model.sha256}</code>.</p>`,
    collapsible(
      'Recipe',
      false,
      html`<pre class="scroll" tabindex="0" role="region" aria-label="Recipe"><code>${stringify(recipe)}</code></pre>`,
    ),
    table(
      'Versions of the trainer, and of what wrote this report',
      ['Name', 'Version'],
      Object.entries(software).map(([name, version]) => html`<tr><th scope="row">${name}</th><td>${version}</td></tr>`),
    ),
  );
