import { MockActivityEnvironment } from '@temporalio/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import type { ArtifactStore } from '../../../activities/ports/artifact-store.ts';
import { createReportActivities } from '../../../activities/reporting/activities.ts';
import { readJson, readText } from '../../../activities/store/commit.ts';
import { createMemoryStore } from '../../../activities/store/memory.ts';
import type { ArtifactRef } from '../../../domain/artifact.ts';
import type { ReportInput } from '../../../domain/contracts.ts';
import { type Report, reportSchema } from '../../../domain/report/report.ts';
import { finishRun, silent } from '../../support/finished-run.ts';

const objects = new Map<string, Uint8Array>();
const store: ArtifactStore = createMemoryStore(objects);
const { writeReport } = createReportActivities({ store, logger: silent });
const write = (input: ReportInput, environment = new MockActivityEnvironment()): Promise<ArtifactRef> =>
  environment.run(() => writeReport(input));

describe('the report of a finished run', () => {
  let input: ReportInput;
  let written: ArtifactRef;
  let report: Report;
  let page: string;

  beforeAll(async () => {
    input = await finishRun(store);
    written = await write(input);
    report = await readJson(store, written, 'report.json', reportSchema);
    page = await readText(store, written, 'report.html');
  });

  it('x', async () => {
    const { writeFileSync } = await import('node:fs');
    writeFileSync('/tmp/report.html', page);
    console.log(report.summary, report.lineage.length, page.length);
    expect(1).toBe(1);
  });
});
