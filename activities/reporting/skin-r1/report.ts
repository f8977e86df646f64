import { setImmediate as untilNextTurn } from 'node:timers/promises';
import type { ReportInput } from '../../../domain/contracts/report.ts';
import { buildReport } from '../../../domain/methods/skin-r1/report/build.ts';
import { drawThumbnails } from '../thumbnails.ts';
import type { MethodReport } from '../writer.ts';
import { reportPage } from './page.ts';
import { artifactsOf, readSources } from './sources.ts';

export const skinR1Report: MethodReport<ReportInput> = {
  method: 'report/9',
  artifactsOf,
  draw: async (input, { store, folder, step }) => {
    const report = await buildReport(await readSources(store, input, folder), () => untilNextTurn());
    step('shrinking images', 1);
    const shown = report.samples.map(({ image }) => image);
    const thumbnails = await drawThumbnails(store, shown);
    step('drawing', 2);
    return { report, page: await reportPage(report, thumbnails) };
  },
};
