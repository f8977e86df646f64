/** The report stage, on cpu workers: one page for people, one file for programs. */
import { setImmediate as untilNextTurn } from 'node:timers/promises';
import type { Logger } from 'pino';
import { canonicalJson, digestOf } from '../../domain/artifact.ts';
import { artifactFiles } from '../../domain/artifact-files.ts';
import type { ReportActivities, ReportInput } from '../../domain/contracts/report.ts';
import { buildReport } from '../../domain/report/build.ts';
import type { Environment } from '../../platform/env.ts';
import { commitOnce } from '../commit-once.ts';
import { withHeartbeats } from '../heartbeats.ts';
import type { ArtifactStore } from '../ports/artifact-store.ts';
import { withScratchFolder } from '../scratch.ts';
import { narrativeReport } from './narrative-report.ts';
import { reportPage } from './page.ts';
import { artifactsOf, readSources } from './sources.ts';
import { drawThumbnails } from './thumbnails.ts';

export interface ReportDependencies {
  store: ArtifactStore;
  environment: Pick<Environment, 'scratch'>;
  logger: Logger;
}

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
        const written = await commitOnce(store, work, async () => {
          step('reading', 0);
          const report = await withScratchFolder(environment.scratch, 'report', async (folder) =>
            buildReport(await readSources(store, input, folder), () => untilNextTurn()),
          );
          step('shrinking images', 1);
          const shown = report.samples.map(({ image }) => image);
          const thumbnails = await drawThumbnails(store, shown);
          step('drawing', 2);
          const page = await reportPage(report, thumbnails);
          return {
            facts: { run: input.run, final: report.final, summary: report.summary },
            files: {
              [artifactFiles.report.page.name]: page,
              [artifactFiles.report.report.name]: `${JSON.stringify(report, null, 2)}\n`,
            },
          };
        });
        logger.info({ run: input.run, report: written.key }, 'report written');
        return written;
      }),

    writeNarrativeReport: (input) =>
      withHeartbeats(async (progress) => {
        progress({ phase: 'drawing', done: 0, total: 1 });
        const { run, recipe, adapter, evaluations, bench } = input;
        const made = Object.fromEntries(
          [...evaluations, ...bench].map(({ label, benchmark, evaluation }) => [
            `${label}, ${benchmark}`,
            evaluation.sha256,
          ]),
        );
        const inputs = { ...made, adapter: adapter.sha256, recipe: digestOf(canonicalJson(recipe)) };
        const work = { kind: 'report', method: 'narrative-report/1', inputs, params: { run } } as const;
        return commitOnce(store, work, () => narrativeReport(input));
      }),
  };
}

/** Digests of all that the report is made from. */
const inputsOf = (input: ReportInput): Record<string, string> => ({
  ...Object.fromEntries(Object.entries(artifactsOf(input)).map(([name, { sha256 }]) => [name, sha256])),
  model: input.model.sha256,
  recipe: digestOf(canonicalJson(input.recipe)),
});
