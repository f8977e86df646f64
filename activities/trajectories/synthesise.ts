/** From textbook cases to the rows that SFT reads (Algorithms 1 to 4). */
import { join } from 'node:path';
import type { ArtifactRef } from '../../domain/artifact.ts';
import { artifactFiles } from '../../domain/artifact-files.ts';
import type { WritingRecipe } from '../../domain/contracts/trajectories.ts';
import { userMistake } from '../../domain/failures.ts';
import type { Knowledge } from '../../domain/knowledge/knowledge.ts';
import { emptyAccount } from '../../domain/llm-account.ts';
import { composeTrajectory } from '../../domain/trajectories/compose.ts';
import { holdOut } from '../../domain/trajectories/hold-out.ts';
import {
  isTextbookCase,
  type PlannedPair,
  type PlannedTrajectory,
  planPairs,
  shownCase,
} from '../../domain/trajectories/plan.ts';
import { rowFiles, writeLineFiles } from '../json-lines.ts';
import { type Asking, askAll, recognise, refuseTooManyRejected } from '../llm/asking/ask.ts';
import { modelOfRecord } from '../llm/served.ts';
import { inTurns } from '../scratch-database.ts';
import { fetchRows } from '../store/rows.ts';
import { collectRequests, distributeReplies, identified, trajectoryOf } from './reasoning.ts';
import { readTextbookTable } from './textbook-table.ts';
import { type Written, writeOnce } from './written.ts';

const casesFile = artifactFiles.dataset.cases;
const files = artifactFiles.trajectories;

export interface SynthesisRequest extends Asking {
  recipe: WritingRecipe;
  textbook: ArtifactRef;
  knowledge: Knowledge;
}

/**
 * Makes the `trajectories` artifact. Malformed replies are quarantined with their reason; a share of them above
 * `trajectories.maxRejectedShare` is an `LlmFailure`. The model that answers is part of the artifact's key.
 */
export async function synthesise(request: SynthesisRequest): Promise<Written> {
  const { store, llm, recipe, textbook, knowledge } = request;
  const { seed, prompts, trajectories: settings } = recipe;
  const asks = settings.maxLlmCalls > 0 && settings.types.some((type) => type !== 1);
  const method = 'trajectories/2';
  const model = asks ? await recognise(request, method) : null;
  const work = {
    kind: 'trajectories',
    method,
    inputs: { textbook: textbook.sha256, knowledge: knowledge.digest },
    params: { seed, prompts, model: model && modelOfRecord(model), ...settings },
  } as const;
  return writeOnce(request, model, work, async (folder) => {
    const cases = await fetchRows(store, textbook, casesFile.name, casesFile.schema, folder);
    using table = await readTextbookTable(cases);
    const differentials = settings.types.filter((type) => type !== 1).toSorted();
    const planned: PlannedPair[] = [];
    for (const type of differentials)
      for await (const pair of inTurns(planPairs(type, table, knowledge, { seed, ...settings }))) planned.push(pair);
    const requests = await collectRequests(planned, table, settings.rationaleForm);
    const asked = model
      ? requests.slice(0, settings.maxLlmCalls).map((each) => identified(each, table, settings.rationaleForm))
      : [];
    const { answers, account } = model
      ? await askAll(asked, model, request)
      : { answers: new Map(), account: emptyAccount() };
    const reasoning = await distributeReplies(requests, answers, table, settings.rationaleForm);
    refuseTooManyRejected(reasoning.rejected, asked.length, settings.maxRejectedShare);

    const groups = new Set<string>();
    for await (const { group } of cases) groups.add(group);
    const heldOut = holdOut(groups, settings.validationShare, seed);
    const paths = { train: join(folder, files.train.name), validation: join(folder, files.validation.name) };
    const types = { type1: 0, type2: 0, type3: 0 };
    const { train, validation } = await writeLineFiles(paths, async (writers) => {
      const write = async (trajectory: PlannedTrajectory, rho: string | null): Promise<void> => {
        const row = composeTrajectory(trajectory, rho, knowledge, prompts);
        await (heldOut.has(shownCase(trajectory).group) ? writers.validation : writers.train).write(row);
        types[`type${trajectory.type}`] += 1;
      };
      if (settings.types.includes(1))
        for await (const c of cases) if (isTextbookCase(c)) await write({ type: 1, id: `1/${c.id}`, case: c }, null);
      for await (const pair of inTurns(planned)) {
        const rho = reasoning.rho.get(pair);
        if (rho !== undefined) await write(trajectoryOf(pair, table), rho);
      }
      return { train: writers.train.count(), validation: writers.validation.count() };
    });
    if (train === 0)
      throw userMistake(
        `trajectories: ${table.count} textbook cases and types ${settings.types} make none; add cases or types`,
      );
    const facts = { train, validation, llmCalls: asked.length, rejected: reasoning.rejected.length };
    const { reused, leftOut } = reasoning;
    const stats = { ...facts, ...types, reused, leftOut, model: llm.model };
    return {
      account,
      facts,
      files: {
        [files.train.name]: { path: paths.train },
        [files.validation.name]: { path: paths.validation },
        ...(await rowFiles(folder, { [files.quarantine.name]: reasoning.rejected })),
        [files.stats.name]: `${JSON.stringify(stats, null, 2)}\n`,
      },
    };
  });
}
