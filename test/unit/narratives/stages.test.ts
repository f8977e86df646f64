import { describe, expect, it } from 'vitest';
import { describePictures } from '../../../activities/narratives/describe.ts';
import { scoreByDrawing } from '../../../activities/narratives/score-by-drawing.ts';
import { writeNarratives } from '../../../activities/narratives/write.ts';
import type { ArtifactStore } from '../../../activities/ports/artifact-store.ts';
import { readJsonLines } from '../../../activities/store/rows.ts';
import { type ArtifactRef, digestOf } from '../../../domain/artifact.ts';
import { artifactFiles } from '../../../domain/artifact-files.ts';
import { skinToneField } from '../../../domain/cases/skin-tone.ts';
import { listFindings } from '../../../domain/demo/findings.ts';
import { meanScore } from '../../../domain/dermeval/dimensions.ts';
import { failureTypes } from '../../../domain/failures.ts';
import type { LlmRequest } from '../../../domain/llm.ts';
import { drawingsOf } from '../../../domain/narratives/drawn.ts';
import { joinFindings } from '../../../domain/trajectories/rationale.ts';
import { shippedKnowledge as knowledge } from '../../support/knowledge.ts';
import { replyOf, standInLlm } from '../../support/llm.ts';
import { createMemoryStore } from '../../support/memory-store.ts';
import {
  describing,
  drawnCases,
  firstChoices,
  generated,
  type NarrativeTestRecipe,
  narrativeRecipe,
  storeCases,
  writing,
} from '../../support/narratives.ts';

const model = { base: 'tiny', sha256: digestOf('tiny') };
const cases = drawnCases();
const train = cases.filter(({ split }) => split === 'train');
const drawings = drawingsOf(generated, 1);
const seenIn = new Map([...drawings].map(([id, { findings }]) => [digestOf(id), joinFindings(listFindings(findings))]));
/** Sees what was drawn. */
const sharp = (_: number, image: string): string => seenIn.get(image) ?? '';
const honest = () => standInLlm(({ jsonSchema }) => firstChoices(jsonSchema));
const files = artifactFiles.narratives;
const narrativesOf = (store: ArtifactStore, ref: ArtifactRef) =>
  readJsonLines(store, ref, files.narratives.name, files.narratives.schema);

async function prepare(own = cases) {
  const store = createMemoryStore();
  return { store, dataset: await storeCases(store, own) };
}

/** Described by the base, then written about. */
async function write(
  { store, dataset }: Awaited<ReturnType<typeof prepare>>,
  recipe: NarrativeTestRecipe,
  llm = honest(),
  see = sharp,
  execution = 'first',
) {
  const base = describing(store, see);
  const descriptions = await describePictures({ recipe, model, dataset }, base);
  const input = { ...writing(store, llm, execution), recipe, dataset, descriptions, knowledge };
  return { base, descriptions, llm, ...(await writeNarratives(input)) };
}

describe('narratives', () => {
  it('are written about the training part alone, by a base that sees and a model that knows', async () => {
    const prepared = await prepare();
    const { store } = prepared;
    const { trajectories, base, llm, account } = await write(prepared, narrativeRecipe());
    const rows = await narrativesOf(store, trajectories);
    expect(rows.map(({ caseId }) => caseId)).toEqual(train.map(({ id }) => id));
    expect(base.asked).toHaveLength(train.length);
    expect(llm.asked.every(({ images }) => images === undefined)).toBe(true);
    for (const { id, caseId, description, diagnosis, text, group, look } of rows) {
      const own = train.find((each) => each.id === caseId);
      expect(id).toBe(`${caseId}#1`);
      expect({ diagnosis, group, look }).toEqual({ diagnosis: own?.diagnosis, group: own?.group, look: own?.look });
      expect(description).toBe(seenIn.get(digestOf(caseId)));
      expect(text).toContain(`<thinking> The lesion shows ${description}.`);
    }
    const { facts } = await store.manifest(trajectories);
    expect(facts).toEqual({ cases: train.length, written: train.length, rejected: 0, llmCalls: llm.asked.length });
    expect(account).toMatchObject({ calls: llm.asked.length });
    const scores = await scoreByDrawing(
      { recipe: narrativeRecipe(), narratives: trajectories },
      { store, scratch: '/tmp', knowledge },
    );
    const scored = await readJsonLines(
      store,
      scores,
      artifactFiles.scores.scores.name,
      artifactFiles.scores.scores.schema,
    );
    expect(scored.map(({ scores: own }) => meanScore(own)).every((mean) => (mean ?? 0) > 4)).toBe(true);
  });

  it('of equal findings and diagnosis are one request, and another run asks nothing', async () => {
    const prepared = await prepare();
    const { llm } = await write(prepared, narrativeRecipe());
    const pairs = new Set(train.map(({ id, diagnosis }) => `${seenIn.get(digestOf(id))}/${diagnosis}`));
    expect(llm.asked).toHaveLength(pairs.size);
    expect(pairs.size).toBeLessThan(train.length);
    const again = await write(prepared, narrativeRecipe({ maxUnscored: 0.5 }), honest(), sharp, 'second');
    expect(again.llm.asked).toEqual([]);
    expect(again.base.asked).toEqual([]);
  });

  it('are drawn by the seed where the recipe bounds them, the same for whoever describes and writes', async () => {
    const prepared = await prepare();
    const { trajectories, base } = await write(prepared, narrativeRecipe({ cases: 10 }));
    const rows = await narrativesOf(prepared.store, trajectories);
    expect(rows).toHaveLength(10);
    expect(base.asked).toHaveLength(10);
    const other = await write(prepared, { ...narrativeRecipe({ cases: 10 }), seed: 2 });
    const others = await narrativesOf(prepared.store, other.trajectories);
    expect(others.map(({ id }) => id)).not.toEqual(rows.map(({ id }) => id));
  });

  it('go on where the stage was killed: what has a reply is not asked again', async () => {
    const prepared = await prepare();
    const whole = await write(await prepare(), narrativeRecipe());
    let left = 5;
    const dying = standInLlm(({ jsonSchema }) => {
      if (left-- <= 0) throw new Error('the worker was killed');
      return firstChoices(jsonSchema);
    });
    await expect(write(prepared, narrativeRecipe(), dying)).rejects.toThrow('killed');
    const resumed = await write(prepared, narrativeRecipe(), honest(), sharp, 'second');
    expect(resumed.llm.asked).toHaveLength(whole.llm.asked.length - 5);
    expect(resumed.base.asked).toEqual([]);
    expect(resumed.trajectories).toEqual(whole.trajectories);
  });

  it('of several candidates are asked for one by one', async () => {
    const prepared = await prepare();
    const recipe = narrativeRecipe({ candidates: 2, temperature: 0.7, cases: 6 });
    const { trajectories, llm } = await write(prepared, recipe);
    const rows = await narrativesOf(prepared.store, trajectories);
    expect(rows).toHaveLength(12);
    expect(new Set(rows.map(({ id }) => id)).size).toBe(12);
    expect(new Set(llm.asked.map(({ seed }) => seed))).toEqual(new Set([0, 1]));
    await expect(write(prepared, narrativeRecipe({ candidates: 2 }))).rejects.toMatchObject({
      type: failureTypes.userMistake,
      message: expect.stringContaining('narratives.candidates is 2'),
    });
  });

  it('carry the skin tone where the set notes it, and count it', async () => {
    const noted = ['I-II', 'III-IV', 'V-VI', undefined];
    const own = cases.map((c, i) => {
      const tone = noted[i % 4];
      return tone === undefined ? c : { ...c, provenance: { [skinToneField]: tone } };
    });
    const prepared = await prepare(own);
    const { trajectories } = await write(prepared, narrativeRecipe());
    const rows = await narrativesOf(prepared.store, trajectories);
    for (const { caseId, skinTone } of rows) {
      const place = own.findIndex(({ id }) => id === caseId) % 4;
      expect(skinTone).toBe(place === 3 ? undefined : place);
    }
    const manifest = await prepared.store.manifest(trajectories);
    const stats = manifest.files[files.stats.name];
    const { skinTones } = JSON.parse(new TextDecoder().decode(stats && (await prepared.store.getBlob(stats))));
    expect(Object.keys(skinTones)).toEqual(['light', 'medium', 'dark', 'unknown']);
    expect(skinTones.dark).toBe(rows.filter(({ skinTone }) => skinTone === 2).length);
  });
});

describe('what is of no use', () => {
  it('is quarantined with its reason, and its case has no narrative', async () => {
    const prepared = await prepare();
    const blind = (place: number, image: string): string => (place === 0 ? 'melanoma' : sharp(place, image));
    const { trajectories } = await write(prepared, narrativeRecipe(), honest(), blind);
    const rows = await narrativesOf(prepared.store, trajectories);
    expect(rows).toHaveLength(train.length - 1);
    const { quarantine } = files;
    expect(await readJsonLines(prepared.store, trajectories, quarantine.name, quarantine.schema)).toEqual([
      {
        id: `${train[0]?.id}#1`,
        step: 'description',
        reason: 'names a diagnosis: melanoma',
        text: 'melanoma',
        words: null,
      },
    ]);
  });

  it('fails the stage above the share that the recipe allows, by the field’s name', async () => {
    const prepared = await prepare();
    await expect(write(prepared, narrativeRecipe(), honest(), () => 'a fine spot')).rejects.toMatchObject({
      type: failureTypes.userMistake,
      message: expect.stringMatching(
        /^\d+ of \d+ descriptions by the base model .*narratives\.maxRejectedShare allows 0\.1/,
      ),
    });
    const refusing = standInLlm(() => 'I cannot help with that.');
    await expect(write(await prepare(), narrativeRecipe(), refusing)).rejects.toMatchObject({
      type: failureTypes.llm,
      retryable: false,
      message: expect.stringContaining('narratives.maxRejectedShare allows 0.1'),
    });
  });

  it('is a description that was cut off, and no picture that nobody drew has scores', async () => {
    const prepared = await prepare();
    const { store } = prepared;
    const recipe = narrativeRecipe({ maxTokens: 1, maxRejectedShare: 1 });
    await expect(write(prepared, recipe)).rejects.toMatchObject({ message: expect.stringContaining('none of') });
    const { trajectories } = await write(prepared, narrativeRecipe());
    const context = { store, scratch: '/tmp', knowledge };
    await expect(
      scoreByDrawing({ recipe: narrativeRecipe({}, { data: {} }), narratives: trajectories }, context),
    ).rejects.toMatchObject({ type: failureTypes.userMistake, message: expect.stringContaining('data.generate') });
    const fewer = narrativeRecipe({}, { data: { generate: { ...generated, images: 40 } } });
    await expect(scoreByDrawing({ recipe: fewer, narratives: trajectories }, context)).rejects.toMatchObject({
      message: expect.stringMatching(
        /narratives have no complete scores \(its picture was not drawn: \d+\), narratives\.maxUnscored/,
      ),
    });
  });
});

describe('a model that sees the pictures', () => {
  const lines = (colour: string): string =>
    `<description>\nMorphology: One round spot.\nColour: It is ${colour}.\nDistribution: not visible\nSurface: It is smooth.\n</description>`;
  const reasons = (diagnosis: string): string =>
    JSON.stringify({
      meaning: `The colour and the shape speak for it.`,
      differentials: [
        { diagnosis: 'acne', whyNot: 'There are no comedones at all.' },
        { diagnosis: 'psoriasis', whyNot: 'It does not scale anywhere.' },
      ],
      conclusion: `It is most likely ${diagnosis}.`,
      diagnosis,
    });
  const labelIn = ({ user }: LlmRequest): string => /The diagnosis is ([^.]+)\./.exec(user)?.[1] ?? '';

  it('describes and reasons with the picture, and no description knows the label', async () => {
    const { store, dataset } = await prepare();
    const recipe = narrativeRecipe({ describer: 'llm' }, { prompts: 'paper' });
    const llm = standInLlm((request) => (request.jsonSchema ? reasons(labelIn(request)) : replyOf(lines('brown'))));
    const { trajectories, account } = await writeNarratives({
      ...writing(store, llm),
      ...{ recipe, dataset, descriptions: null, knowledge },
    });
    const rows = await narrativesOf(store, trajectories);
    expect(rows).toHaveLength(train.length);
    expect(llm.asked).toHaveLength(2 * train.length);
    expect(llm.asked.every(({ images }) => images?.length === 1)).toBe(true);
    const blind = llm.asked.filter(({ jsonSchema }) => !jsonSchema);
    for (const { user } of blind) for (const { diagnosis } of train) expect(user).not.toContain(diagnosis);
    expect(account).toMatchObject({ requests: 2 * train.length, calls: 2 * train.length });
    const [first] = rows;
    expect(first?.text).toBe(
      [
        'Findings\nMorphology: One round spot.\nColour: It is brown.\nSurface: It is smooth.',
        'Interpretation\nThe colour and the shape speak for it.',
        'Differential diagnoses\n1. acne: There are no comedones at all.\n2. psoriasis: It does not scale anywhere.',
        `Conclusion\nIt is most likely ${first?.diagnosis}.\nThe answer is ${first?.diagnosis}.`,
      ].join('\n\n'),
    );
  });

  it('stops at the run’s budget, both steps together', async () => {
    const { store, dataset } = await prepare();
    const recipe = narrativeRecipe({ describer: 'llm' }, { prompts: 'paper' });
    const llm = standInLlm((request) => (request.jsonSchema ? reasons(labelIn(request)) : lines('brown')));
    const budget = { calls: train.length + 3 };
    await expect(
      writeNarratives({ ...writing(store, llm), budget, ...{ recipe, dataset, descriptions: null, knowledge } }),
    ).rejects.toMatchObject({ type: failureTypes.needsPerson });
    expect(llm.asked).toHaveLength(train.length + 3);
    const raised = standInLlm((request) => (request.jsonSchema ? reasons(labelIn(request)) : lines('brown')));
    const resumed = { ...writing(store, raised, 'second'), budget: { calls: 2 * train.length } };
    await writeNarratives({ ...resumed, ...{ recipe, dataset, descriptions: null, knowledge } });
    expect(raised.asked).toHaveLength(train.length - 3);
  });
});
