/** The two references on a benchmark, with an encoder that sees a picture's first byte. */
import { describe, expect, it } from 'vitest';
import type { KnownEncoder } from '../../../activities/features/features-of.ts';
import { toJsonLines } from '../../../activities/json-lines.ts';
import type { ArtifactStore } from '../../../activities/ports/artifact-store.ts';
import { scoreProbes } from '../../../activities/probes/score-probes.ts';
import { commitFiles } from '../../../activities/store/commit.ts';
import { readJsonLines } from '../../../activities/store/rows.ts';
import { type ArtifactRef, digestOf } from '../../../domain/artifact.ts';
import { artifactFiles } from '../../../domain/artifact-files.ts';
import type { Case } from '../../../domain/cases/case.ts';
import type { BenchmarkChoice, BenchmarkResult, ProbesResult } from '../../../domain/contracts/benchmarks.ts';
import { evaluationProfile } from '../../../domain/prompts/prompts.ts';
import { makeCase, melanomaQuestion, testImage } from '../../support/cases.ts';
import { temporaryFolder } from '../../support/datasets.ts';
import { createMemoryStore } from '../../support/memory-store.ts';

const profile = evaluationProfile('compact');
const encoded: string[] = [];
/** What a picture shows is its first letter; what follows tells it from others. */
const encoder: KnownEncoder = {
  digest: digestOf('letters'),
  open: async () => ({
    atOnce: 16,
    encode: async (pictures) => {
      const texts = pictures.map((picture) => new TextDecoder().decode(picture));
      encoded.push(...texts);
      const rows = texts.map((text) => ['m', 'n', 'b'].map((letter) => Number(text.startsWith(letter)) + 0.01));
      return { shape: [3], data: Float32Array.from(rows.flat()) };
    },
    close: async () => {},
  }),
};
const diagnoses: Record<string, string> = { m: 'melanoma', n: 'melanocytic nevus', b: 'basal cell carcinoma' };

interface Drawn {
  picture: string;
  diagnosis?: string;
  split?: Case['split'];
  group?: string;
}

const imageOf = async (store: ArtifactStore, picture: string) => ({ ...testImage, ...(await store.putBlob(picture)) });

async function storeCases(store: ArtifactStore, drawn: readonly Drawn[]): Promise<ArtifactRef> {
  const cases = await Promise.all(
    drawn.map(async ({ picture, diagnosis, split = 'train', group = picture }) => {
      const images = [await imageOf(store, picture)];
      return makeCase(`case/${picture}`, diagnosis ?? diagnoses[picture.charAt(0)] ?? 'melanoma', {
        images,
        split,
        group,
      });
    }),
  );
  const { name } = artifactFiles.dataset.cases;
  return commitFiles(store, described('dataset', digestOf(JSON.stringify(drawn))), {
    [name]: { data: toJsonLines(cases) },
  });
}

const described = (kind: 'dataset' | 'questions', key: string) =>
  ({ kind, key, method: 'test/1', inputs: {}, params: {}, facts: {} }) as const;

/** Test questions on pictures; each offers melanoma, melanocytic lesion, basal cell carcinoma, hemangioma. */
async function storeTest(store: ArtifactStore, pictures: readonly string[]): Promise<ArtifactRef> {
  const answers: Record<string, string> = { m: 'A', n: 'B', b: 'C' };
  const questions = await Promise.all(
    pictures.map(async (picture) =>
      melanomaQuestion({
        ...{ id: `${picture}/diagnosis`, caseId: `case/${picture}`, group: picture },
        ...{ image: await imageOf(store, picture), answer: answers[picture.charAt(0)] ?? 'D' },
      }),
    ),
  );
  const { name } = artifactFiles.questions.test;
  return commitFiles(store, described('questions', digestOf(pictures.join())), {
    [name]: { data: toJsonLines(questions) },
  });
}

interface Asked {
  dataset: ArtifactRef | null;
  questions?: ArtifactRef;
  benchmark?: BenchmarkChoice;
  absent?: string;
}

async function probe(store: ArtifactStore, { dataset, questions, benchmark = 'id-diagnosis', absent }: Asked) {
  const data = { questions: questions ?? (await storeTest(store, ['m test', 'n test', 'b test'])), dataset };
  return scoreProbes(
    { benchmark, data, profile, limit: null, threads: 1 },
    {
      ...{ store, scratch: await temporaryFolder(), signal: new AbortController().signal },
      ...{ report: () => {}, onDamaged: () => {} },
      openEncoder: async () => (absent === undefined ? { name: 'letters', known: encoder } : { reason: absent }),
    },
  );
}

const training: Drawn[] = ['m 1', 'm 2', 'n 1', 'n 2', 'b 1', 'b 2'].map((picture) => ({ picture }));
const predictions = async (store: ArtifactStore, { evaluation }: BenchmarkResult) => {
  const { items } = artifactFiles.benchmark;
  return (await readJsonLines(store, evaluation, items.name, items.schema)).map(({ strict }) => strict.predicted);
};
const expectAbsent = ({ rows, remarks }: ProbesResult, reason: string): void => {
  expect(rows).toEqual([]);
  expect(remarks).toEqual([`id-diagnosis: nearest neighbour and linear probe: absent: ${reason}`]);
};

describe('nearest neighbour and linear probe', () => {
  it('answer as their training pictures say, a coarse option by the finer diagnosis', async () => {
    const store = createMemoryStore();
    const { rows, remarks } = await probe(store, { dataset: await storeCases(store, training) });
    expect(rows.map(({ label, items, strict }) => [label, items, strict.score.value])).toEqual([
      ['Nearest neighbour, letters', 3, 1],
      ['Linear probe, letters', 3, 1],
    ]);
    for (const row of rows) {
      expect(await predictions(store, row)).toEqual(['melanoma', 'melanocytic lesion', 'basal cell carcinoma']);
    }
    expect(remarks).toEqual([
      expect.stringContaining('1 of 4 options were not seen in training (hemangioma): they are never chosen'),
    ]);
  });

  it('are in the store the second time: no picture is encoded', async () => {
    const store = createMemoryStore();
    const asked = { dataset: await storeCases(store, training) };
    const first = await probe(store, asked);
    encoded.length = 0;
    expect(await probe(store, asked)).toEqual(first);
    expect(encoded).toEqual([]);
  });

  it('are not fitted on pictures of validation and test', async () => {
    const store = createMemoryStore();
    const wrong: Drawn[] = (['validation', 'test'] as const).flatMap((split) =>
      ['m', 'n', 'b'].map((letter) => ({ picture: `${letter} ${split}`, diagnosis: 'hemangioma', split })),
    );
    encoded.length = 0;
    const { rows } = await probe(store, { dataset: await storeCases(store, [...training, ...wrong]) });
    expect(rows.map(({ strict }) => strict.score.value)).toEqual([1, 1]);
    expect(encoded.filter((text) => text.includes('validation'))).toEqual([]);
  });

  it.each([
    ['picture', { picture: 'm test', group: 'another' }],
    ['patient', { picture: 'm of the same patient', group: 'm test' }],
  ] as const)('are not fitted on a %s of the items, whatever its split', async (_, leaked) => {
    const store = createMemoryStore();
    const cases = training.filter(({ picture }) => !picture.startsWith('m'));
    encoded.length = 0;
    const { rows } = await probe(store, { dataset: await storeCases(store, [...cases, leaked]) });
    // Nothing shows a melanoma but what the items show themselves, so none is named.
    for (const row of rows) expect(await predictions(store, row)).not.toContain('melanoma');
    expect(encoded.filter((text) => text === leaked.picture && text !== 'm test')).toEqual([]);
  });

  it('guess an item of which training has seen no option, and say so', async () => {
    const store = createMemoryStore();
    const unlike: Drawn[] = ['m 1', 'n 1'].map((picture) => ({
      picture,
      diagnosis: picture === 'm 1' ? 'scabies' : 'hemangioma',
    }));
    const { rows, remarks } = await probe(store, { dataset: await storeCases(store, unlike) });
    for (const row of rows) expect(await predictions(store, row)).toEqual(Array(3).fill('hemangioma'));
    expect(remarks[0]).toContain('3 of 4 options were not seen');
  });

  it('are absent with the reason, and no row of zeros', async () => {
    const store = createMemoryStore();
    expectAbsent(await probe(store, { dataset: null }), 'the data name no pictures with diagnoses to learn from');
    const validation = training.map((each) => ({ ...each, split: 'validation' as const }));
    expectAbsent(
      await probe(store, { dataset: await storeCases(store, validation) }),
      'the data have no training pictures of two or more diagnoses beside those of the items',
    );
    const others: Drawn[] = ['m 1', 'n 1'].map((picture) => ({
      picture,
      diagnosis: picture === 'm 1' ? 'scabies' : 'psoriasis',
    }));
    expectAbsent(
      await probe(store, { dataset: await storeCases(store, others) }),
      'no option of its items was seen in training',
    );
    expectAbsent(
      await probe(store, { dataset: await storeCases(store, training), absent: 'the trainer is not installed' }),
      'the trainer is not installed',
    );
  });
});
