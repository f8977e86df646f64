/** The report of the tiny method as its activity writes it. */
import { html } from 'hono/html';
import { htmlPage } from '../../../activities/reporting/html-page.ts';
import { traceLineage } from '../../../activities/reporting/lineage.ts';
import { section } from '../../../activities/reporting/markup.ts';
import { lineageSection } from '../../../activities/reporting/sections/provenance.ts';
import type { MethodReport } from '../../../activities/reporting/writer.ts';
import type { ArtifactRef } from '../../../domain/artifact.ts';
import { buildTinyReport, type TinyReportInput } from './report.ts';

const artifactsOf = ({ evaluations, adapter }: TinyReportInput): Record<string, ArtifactRef> => ({
  ...Object.fromEntries(evaluations.map(({ label, evaluation }) => [`evaluation-${label}`, evaluation])),
  adapter,
});

export const tinyReport: MethodReport<TinyReportInput> = {
  method: 'tiny-report/1',
  artifactsOf,
  draw: async (input, { store, step }) => {
    const digests = Object.values(artifactsOf(input)).map(({ sha256 }) => sha256);
    const report = buildTinyReport(input, await traceLineage(store, digests));
    step('drawing', 2);
    const body = html`<h1>${report.greeting}</h1>
      ${section('summary', 'Summary', html`<ul>${report.summary.map((sentence) => html`<li>${sentence}</li>`)}</ul>`)}
      ${lineageSection(report)}`;
    return { report, page: await htmlPage({ title: `Tiny method: ${report.run}`, body }) };
  },
};
