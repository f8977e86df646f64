/** The report stage, on cpu workers: one page for people, one file for programs. */
import { join } from 'node:path';
import { setImmediate as untilNextTurn } from 'node:timers/promises';
import type { Logger } from 'pino';
import { type ArtifactRef, canonicalJson, digestOf } from '../../domain/artifact.ts';
import { artifactFiles } from '../../domain/artifact-files.ts';
import type { NarrativeReportInput, ReportActivities, ReportInput } from '../../domain/contracts/report.ts';
import { buildReport } from '../../domain/methods/skin-r1/report/build.ts';
import { buildNarrativeReport } from '../../domain/methods/skingpt-r1/report/build.ts';
import type { Environment } from '../../platform/env.ts';
import { commitOnce } from '../commit-once.ts';
import { withHeartbeats } from '../heartbeats.ts';
import { writeJsonFile } from '../json-file.ts';
import type { ArtifactStore } from '../ports/artifact-store.ts';
import { withScratchFolder } from '../scratch.ts';
import { reportPage } from './skin-r1/page.ts';
import { artifactsOf, readSources } from './skin-r1/sources.ts';
import { narrativeReportPage } from './skingpt-r1/page.ts';
import { narrativeArtifactsOf, readNarrativeSources } from './skingpt-r1/sources.ts';
import { drawThumbnails } from './thumbnails.ts';

interface ReportDependencies {
  store: ArtifactStore;
  environment: Pick<Environment, 'scratch'>;
  logger: Logger;
}

const files = artifactFiles.report;

/** A change of what the page or the numbers say changes the version. */
const method = 'report/8';
const narrativeMethod = 'narrative-report/5';

export function createReportActivities({ store, environment, logger }: ReportDependencies): ReportActivities {
  /** In a scratch folder of its own, with its phases told. */
  const write = (
    work: Pick<CommitWork, 'method' | 'inputs'> & { run: string },
    draw: (step: (phase: string, done: number) => void, folder: string) => Promise<Drawn>,
  ): Promise<ArtifactRef> =>
    withHeartbeats(async (progress, signal) => {
      const { method, inputs, run } = work;
      const step = (phase: string, done: number): void => {
        signal.throwIfAborted();
        progress({ phase, done, total: 3 });
      };
      // Around all, since the numbers are stored after they were written.
      const written = await withScratchFolder(environment.scratch, 'report', (folder) =>
        commitOnce(store, { kind: 'report', method, inputs, params: { run } }, async () => {
          step('reading', 0);
          const { report, page } = await draw(step, folder);
          const path = join(folder, files.report.name);
          await writeJsonFile(path, report);
          return {
            facts: { run, final: report.final, summary: report.summary },
            files: { [files.page.name]: page, [files.report.name]: { path } },
          };
        }),
      );
      logger.info({ run, report: written.key }, 'report written');
      return written;
    });

  return {
    writeReport: (input) =>
      write({ method, inputs: inputsOf(input, artifactsOf(input)), run: input.run }, async (step, folder) => {
        const report = await buildReport(await readSources(store, input, folder), () => untilNextTurn());
        step('shrinking images', 1);
        const shown = report.samples.map(({ image }) => image);
        const thumbnails = await drawThumbnails(store, shown);
        step('drawing', 2);
        return { report, page: await reportPage(report, thumbnails) };
      }),
    writeNarrativeReport: (input) =>
      write(
        { method: narrativeMethod, inputs: inputsOf(input, narrativeArtifactsOf(input)), run: input.run },
        async (step, folder) => {
          const report = buildNarrativeReport(await readNarrativeSources(store, input, folder));
          step('drawing', 2);
          return { report, page: await narrativeReportPage(report) };
        },
      ),
  };
}

interface CommitWork {
  method: string;
  inputs: Record<string, string>;
}

interface Drawn {
  report: { final: string; summary: string[] };
  page: string;
}

/** Digests of all that a report is made from. */
const inputsOf = (
  { model, recipe }: Pick<ReportInput | NarrativeReportInput, 'model' | 'recipe'>,
  artifacts: Record<string, ArtifactRef>,
): Record<string, string> => ({
  ...Object.fromEntries(Object.entries(artifacts).map(([name, { sha256 }]) => [name, sha256])),
  model: model.sha256,
  recipe: digestOf(canonicalJson(recipe)),
});
