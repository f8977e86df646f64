/** Writes the report of a run: one page for people, one file for programs. What is in them, the run's method says. */
import { join } from 'node:path';
import type { Logger } from 'pino';
import { type ArtifactRef, canonicalJson, digestOf } from '../../domain/artifact.ts';
import { artifactFiles } from '../../domain/artifact-files.ts';
import type { ReportedRun } from '../../domain/contracts/report.ts';
import type { Environment } from '../../platform/env.ts';
import { commitOnce } from '../commit-once.ts';
import { withHeartbeats } from '../heartbeats.ts';
import { writeJsonFile } from '../json-file.ts';
import type { ArtifactStore } from '../ports/artifact-store.ts';
import { withScratchFolder } from '../scratch.ts';

/** A method's report. */
export interface MethodReport<I extends ReportedRun> {
  /** Version: a change of what the page or the numbers say changes it. */
  method: string;
  /** All artifacts that the report is made from, by names of their own. */
  artifactsOf(input: I): Record<string, ArtifactRef>;
  draw(input: I, means: DrawingMeans): Promise<DrawnReport>;
}

export interface DrawingMeans {
  store: ArtifactStore;
  /** An empty one on this machine's disk, for rows that are more than memory should hold. */
  folder: string;
  /** Reports that a phase begins: 0 of 3, 1 of 3, 2 of 3. Throws where the activity is cancelled. */
  step(phase: string, done: number): void;
}

export interface DrawnReport {
  /** `report.json`. `final`: label of the model that the run is about; `summary`: the findings in plain words. */
  report: { final: string; summary: string[] };
  page: string;
}

export interface ReportDependencies {
  store: ArtifactStore;
  environment: Pick<Environment, 'scratch'>;
  logger: Logger;
}

const files = artifactFiles.report;

/** The activity that writes the reports of a method. */
export const writing =
  <I extends ReportedRun>(
    { method, artifactsOf, draw }: MethodReport<I>,
    { store, environment, logger }: ReportDependencies,
  ): ((input: I) => Promise<ArtifactRef>) =>
  (input) =>
    withHeartbeats(async (progress, signal) => {
      const { run } = input;
      const step = (phase: string, done: number): void => {
        signal.throwIfAborted();
        progress({ phase, done, total: 3 });
      };
      const inputs = digestsOf(input, artifactsOf(input));
      // Around all, since the numbers are stored after they were written.
      const written = await withScratchFolder(environment.scratch, 'report', (folder) =>
        commitOnce(store, { kind: 'report', method, inputs, params: { run } }, async () => {
          step('reading', 0);
          const { report, page } = await draw(input, { store, folder, step });
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

const digestsOf = ({ model, recipe }: ReportedRun, artifacts: Record<string, ArtifactRef>): Record<string, string> => ({
  ...Object.fromEntries(Object.entries(artifacts).map(([name, { sha256 }]) => [name, sha256])),
  model: model.sha256,
  recipe: digestOf(canonicalJson(recipe)),
});
