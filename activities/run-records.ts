/** Records of runs in the store: written by the orchestrator's worker, read by `list`, `status`, `report` and `resume`. */
import { Context } from '@temporalio/activity';
import pLimit from 'p-limit';
import { artifactFiles } from '../domain/artifact-files.ts';
import {
  type RecordActivities,
  type RunFacts,
  type RunRecord,
  recordKey,
  recordPrefix,
  runFactsSchema,
  runResultSchema,
} from '../domain/run-record.ts';
import { codeDigest } from '../platform/code-digest.ts';
import { dermflowVersion } from '../platform/version.ts';
import type { ArtifactStore } from './ports/artifact-store.ts';
import { commitFiles, readJson } from './store/commit.ts';

const recordMethod = 'run/1';
const recordFile = artifactFiles.run.record;
const readsInFlight = 8;

export function createRecordActivities({ store }: { store: ArtifactStore }): RecordActivities {
  return {
    async recordRun({ end, ...input }) {
      const { workflowExecution, namespace } = Context.current().info;
      const { workflowId, runId } = workflowExecution ?? { workflowId: 'none', runId: 'none' };
      await writeRecord(store, {
        ...{ schema: 1, run: workflowId, execution: runId, namespace, ...input },
        versions: { dermflow: dermflowVersion, code: await codeDigest(), node: process.versions.node },
        end: end && { ...end, closedAt: new Date().toISOString() },
      });
    },
  };
}

/** Where two write at the same time, the record of the first stands. */
async function writeRecord(store: ArtifactStore, record: RunRecord): Promise<void> {
  const { run, execution, end } = record;
  // A method that returns something else names no inputs.
  const { report, adapter, evaluations = [] } = runResultSchema.safeParse(end?.result).data ?? {};
  await commitFiles(
    store,
    {
      kind: 'run',
      key: recordKey(run, execution, end ? 'end' : 'start'),
      method: recordMethod,
      inputs: {
        ...(report && adapter ? { report: report.sha256, adapter: adapter.sha256 } : {}),
        ...Object.fromEntries(evaluations.map(({ label, evaluation }) => [`evaluation-${label}`, evaluation.sha256])),
      },
      params: {},
      facts: factsOf(record),
    },
    { [recordFile.name]: { data: `${JSON.stringify(record, null, 2)}\n` } },
  );
}

function factsOf({ run, namespace, method, recipe, startedAt, end }: RunRecord): RunFacts {
  const named = typeof recipe === 'object' && recipe !== null && 'name' in recipe ? String(recipe.name) : '';
  const reached = end?.progress.stages.findLast(({ state }) => state === 'done' || state === 'failed');
  return {
    run,
    namespace,
    method,
    recipe: named,
    state: end?.state ?? null,
    stage: reached?.stage ?? '',
    startedAt,
    closedAt: end?.closedAt ?? null,
  };
}

/** The newest record of each execution in a namespace; the execution that started last comes first. */
export async function findRecords(store: ArtifactStore, run: string, namespace: string): Promise<RunRecord[]> {
  const keys = newestKeys(await store.keys('run', recordPrefix(run)));
  const read = await inParallel(keys, async (key) => {
    const ref = await store.find('run', key);
    return ref && readJson(store, ref, recordFile.name, recordFile.schema);
  });
  return byStart(read.filter((record) => record?.namespace === namespace));
}

/** What `list` shows of all recorded executions in a namespace; the one that started last comes first. */
export async function listRecords(store: ArtifactStore, namespace: string): Promise<RunFacts[]> {
  const keys = newestKeys(await store.keys('run', ''));
  const read = await inParallel(keys, async (key) => {
    const ref = await store.find('run', key);
    return ref && runFactsSchema.parse((await store.manifest(ref)).facts);
  });
  return byStart(read.filter((facts) => facts?.namespace === namespace));
}

/** The end of each execution, its start where there is no end. */
function newestKeys(keys: readonly string[]): string[] {
  const executions = Map.groupBy(keys, (key) => key.replace(/\/(start|end)$/, ''));
  return [...executions.values()].flatMap((own) => own.find((key) => key.endsWith('/end')) ?? own.slice(0, 1));
}

function inParallel<T>(keys: readonly string[], read: (key: string) => Promise<T>): Promise<T[]> {
  const limit = pLimit(readsInFlight);
  return Promise.all(keys.map((key) => limit(() => read(key))));
}

const byStart = <T extends { startedAt: string }>(records: readonly (T | null)[]): T[] =>
  records.filter((record) => record !== null).toSorted((a, b) => Date.parse(b.startedAt) - Date.parse(a.startedAt));
