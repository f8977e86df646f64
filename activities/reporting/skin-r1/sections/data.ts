import { html } from 'hono/html';
import type { Report } from '../../../../domain/methods/skin-r1/report/report.ts';
import { grouped } from '../../../../domain/words.ts';
import type { Markup } from '../../markup.ts';
import { casesSection } from '../../sections/provenance.ts';

/** What the run learned from and was tested on. */
export function dataSection(report: Report): Promise<Markup> {
  const { cases, trajectories } = report.data;
  return casesSection(
    report,
    html`${grouped(cases.textbook)} textbook cases gave ${grouped(trajectories.train)} trajectories for SFT and
      ${grouped(trajectories.validation)} held out; ${grouped(trajectories.llmCalls)} calls to the LLM that writes the differential
      reasoning, ${grouped(trajectories.rejected)} replies rejected.`,
  );
}
