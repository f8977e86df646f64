/**
 * Narratives of labelled pictures: a description by a model that does not know the diagnosis, then reasons by one that does.
 * Replies are kept in the ledger of language models, so equal requests are paid for once, and a run that was killed goes
 * on with the requests that have none.
 */
import { join } from 'node:path';
import type { ArtifactRef } from '../../domain/artifact.ts';
import { artifactFiles } from '../../domain/artifact-files.ts';
import type { Case, ImageRef } from '../../domain/cases/case.ts';
import type { NarrativeRecipe } from '../../domain/contracts/narratives.ts';
import { userMistake } from '../../domain/failures.ts';
import type { Knowledge } from '../../domain/knowledge/knowledge.ts';
import { type Narrative, narrativeId } from '../../domain/narratives/narrative.ts';
import { countTones, toneOf } from '../../domain/narratives/skin-tone.ts';
import { narrativeRequest } from '../../domain/narratives/wording.ts';
import { narrativeWordings } from '../../domain/narratives/wordings.ts';
import { writeLineFiles } from '../json-lines.ts';
import { type Asking, recognise, refuseTooManyRejected } from '../llm/asking/ask.ts';
import { modelOfRecord } from '../llm/served.ts';
import { fetchRows } from '../store/rows.ts';
import { type Written, writeOnce } from '../trajectories/written.ts';
import { createAsker, type RejectedText, type Wanted } from './ask-each.ts';
import { drawCases, pictureOf, requireChance } from './cases.ts';

/** A change of forms, readers or of which cases are written about changes the version. */
const method = 'narratives/4';
const files = artifactFiles.narratives;
const field = 'narratives.maxRejectedShare';

export interface WritingRequest extends Asking {
  recipe: NarrativeRecipe;
  dataset: ArtifactRef;
  descriptions: ArtifactRef | null;
  knowledge: Knowledge;
  /** Called with the first picture, before anything is asked. Default: nothing is tried. */
  tryScorer?: (image: ImageRef) => Promise<void>;
}

export async function writeNarratives(request: WritingRequest): Promise<Written> {
  const { store, llm, recipe, dataset, descriptions, knowledge } = request;
  requireChance(recipe);
  const { seed, prompts, narratives: settings } = recipe;
  if (settings.describer === 'base' && !descriptions) throw new RangeError('the base describes the pictures first');
  const { describer, candidates, temperature, maxTokens, maxRejectedShare } = settings;
  const wording = narrativeWordings[prompts];
  const model = await recognise(request, method);
  const work = {
    kind: 'narratives',
    method,
    inputs: {
      ...{ dataset: dataset.sha256, knowledge: knowledge.digest },
      ...(descriptions ? { descriptions: descriptions.sha256 } : {}),
    },
    params: {
      ...{ seed, prompts, model: modelOfRecord(model), cases: settings.cases },
      ...{ describer, candidates, temperature, maxTokens, maxRejectedShare },
    },
  } as const;
  return writeOnce(request, model, work, async (folder) => {
    const { cases, count } = await drawCases(store, dataset, recipe, folder);
    for await (const first of cases) {
      await request.tryScorer?.(pictureOf(first));
      break;
    }
    const wanted = async function* (): AsyncGenerator<Wanted> {
      for await (const each of cases)
        for (let candidate = 0; candidate < candidates; candidate += 1) yield { case: each, candidate };
    };
    // Shown to whoever describes; then the same model gives the reasons, and sees them too.
    const shownTo = (each: Case) => (describer === 'llm' ? pictureOf(each) : null);
    const asker = createAsker(model, request);
    const rejected: RejectedText[] = [];

    const described = descriptions
      ? await readDescriptions(request, descriptions, folder, rejected)
      : await asker.ask(
          wanted(),
          (each) => narrativeRequest(wording.describeByLlm, shownTo(each.case), settings, each.candidate),
          (text) => wording.readDescription(text),
          'description',
          rejected,
        );
    const asked = described.size + rejected.length;
    if (!descriptions) refuseTooManyRejected(rejected, asked, maxRejectedShare, field);
    const knownOf = ({ case: { id, diagnosis }, candidate }: Wanted) => {
      const description = described.get(narrativeId(id, candidate));
      return description === undefined ? null : { description, diagnosis };
    };
    const ofReasons: RejectedText[] = [];
    const reasons = await asker.ask(
      wanted(),
      (each) => {
        const known = knownOf(each);
        return (
          known && narrativeRequest(wording.reason(known, knowledge), shownTo(each.case), settings, each.candidate)
        );
      },
      (text, each) => {
        const known = knownOf(each);
        return known ? wording.readReasons(text, known, knowledge) : { ok: false, reason: 'not described' };
      },
      'reasons',
      ofReasons,
    );
    refuseTooManyRejected(ofReasons, described.size, maxRejectedShare, field);

    const path = join(folder, files.narratives.name);
    const quarantine = join(folder, files.quarantine.name);
    const tones = countTones();
    const written = await writeLineFiles({ rows: path, rejected: quarantine }, async (writers) => {
      for await (const each of wanted()) {
        const known = knownOf(each);
        const id = narrativeId(each.case.id, each.candidate);
        const rationale = reasons.get(id);
        if (!known || rationale === undefined) continue;
        const text = wording.compose(known, rationale, knowledge);
        const narrative = { ...identityOf(each.case), id, ...known, rationale, text } satisfies Narrative;
        tones.add(narrative);
        await writers.rows.write(narrative);
      }
      for (const each of [...rejected, ...ofReasons]) await writers.rejected.write(each);
      return writers.rows.count();
    });
    if (written === 0)
      throw userMistake(`narratives: none of ${count} cases has one; ${files.quarantine.name} says why`);
    const facts = {
      ...{ cases: count, written, rejected: rejected.length + ofReasons.length, llmCalls: asker.requests() },
    };
    const stats = { ...facts, skinTones: tones.counts(), model: llm.model };
    return {
      account: asker.account(),
      facts,
      files: {
        [files.narratives.name]: { path },
        [files.quarantine.name]: { path: quarantine },
        [files.stats.name]: `${JSON.stringify(stats, null, 2)}\n`,
      },
    };
  });
}

const identityOf = (each: Case) => ({
  ...{ caseId: each.id, group: each.group, source: each.source, image: pictureOf(each), look: each.look },
  ...toneOf(each),
});

/** Of the base model; those that are of no use join the rejected ones. */
async function readDescriptions(
  { store }: WritingRequest,
  descriptions: ArtifactRef,
  folder: string,
  rejected: RejectedText[],
): Promise<Map<string, string>> {
  const { name, schema } = artifactFiles.descriptions.descriptions;
  const described = new Map<string, string>();
  for await (const { id, text, fault } of await fetchRows(store, descriptions, name, schema, folder)) {
    if (fault === null) described.set(id, text);
    else rejected.push({ id, step: 'description', reason: fault, text, words: null });
  }
  return described;
}
