/** The report stage, on cpu workers: one page for people, one file for programs. */
import { join } from 'node:path';
import { setImmediate as untilNextTurn } from 'node:timers/promises';
import type { Logger } from 'pino';
import { canonicalJson, digestOf } from '../../domain/artifact.ts';
import { artifactFiles } from '../../domain/artifact-files.ts';
import type { ReportActivities, ReportInput } from '../../domain/contracts/report.ts';
import { buildReport } from '../../domain/report/build.ts';
import type { Environment } from '../../platform/env.ts';
import { commitOnce } from '../commit-once.ts';
import { withHeartbeats } from '../heartbeats.ts';
import { writeJsonFile } from '../json-file.ts';
import type { ArtifactStore } from '../ports/artifact-store.ts';
import { withScratchFolder } from '../scratch.ts';
import { reportPage } from './page.ts';
import { artifactsOf, readSources } from './sources.ts';
import { drawThumbnails } from './thumbnails.ts';

export interface ReportDependencies {
  store: ArtifactStore;
  environment: Pick<Environment, 'scratch'>;
  logger: Logger;
}

const files = artifactFiles.report;

/** A change of what the page or the numbers say changes the version. */
const method = 'report/8';

export function createReportActivities({ store, environment, logger }: ReportDependencies): ReportActivities {
  return {
    writeReport: (input) =>
      withHeartbeats(async (progress, signal) => {
        const step = (phase: string, done: number): void => {
          signal.throwIfAborted();
          progress({ phase, done, total: 3 });
        };
        const work = { kind: 'report', method, inputs: inputsOf(input), params: { run: input.run } } as const;
        // Around all, since the numbers are stored after they were written.
        const written = await withScratchFolder(environment.scratch, 'report', (folder) =>
          commitOnce(store, work, async () => {
            step('reading', 0);
            const report = await buildReport(await readSources(store, input, folder), () => untilNextTurn());
            step('shrinking images', 1);
            const shown = report.samples.map(({ image }) => image);
            const thumbnails = await drawThumbnails(store, shown);
            step('drawing', 2);
            const page = await reportPage(report, thumbnails);
            const path = join(folder, files.report.name);
            await writeJsonFile(path, report);
            return {
              facts: { run: input.run, final: report.final, summary: report.summary },
              files: { [files.page.name]: page, [files.report.name]: { path } },
            };
          }),
        );
        logger.info({ run: input.run, report: written.key }, 'report written');
        return written;
      }),
  };
}

/** Digests of all that the report is made from. */
const inputsOf = (input: ReportInput): Record<string, string> => ({
  ...Object.fromEntries(Object.entries(artifactsOf(input)).map(([name, { sha256 }]) => [name, sha256])),
  model: input.model.sha256,
  recipe: digestOf(canonicalJson(input.recipe)),
});
