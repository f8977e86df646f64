import type { NarrativeReportInput } from '../../../domain/contracts/report.ts';
import { buildNarrativeReport } from '../../../domain/methods/skingpt-r1/report/build.ts';
import type { MethodReport } from '../writer.ts';
import { narrativeReportPage } from './page.ts';
import { narrativeArtifactsOf, readNarrativeSources } from './sources.ts';

export const skinGptR1Report: MethodReport<NarrativeReportInput> = {
  method: 'narrative-report/6',
  artifactsOf: narrativeArtifactsOf,
  draw: async (input, { store, folder, step }) => {
    const report = buildNarrativeReport(await readNarrativeSources(store, input, folder));
    step('drawing', 2);
    return { report, page: await narrativeReportPage(report) };
  },
};
