/**
 * What imports would leave in a store: cases of several sets that share patients, lesions, names in archives, pixels and
 * perceptual hashes, but no pixels themselves. The same count and seed give the same bytes; any count is written in little memory.
 */

import { hash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ImportedSource } from '../../activities/datasets/preparation/imported-sets.ts';
import type { ArtifactStore } from '../../activities/ports/artifact-store.ts';
import { commitFiles } from '../../activities/store/commit.ts';
import type { Case, Picture } from '../../domain/cases/case.ts';
import { hashSide } from '../../domain/cases/perceptual-hash.ts';
import type { Knowledge } from '../../domain/knowledge/knowledge.ts';
import { writeRationale } from '../../domain/trajectories/rationale.ts';

/** Numbers from 0 to 1, far cheaper than the domain's. */
function numbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const levels = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_';
const lattice = 9;

/** Skin with a dark spot and smooth noise; hashes of one `scene` differ by `grain` alone. */
export function drawHash(scene: number, grain: number): string {
  const [draw, speck] = [numbers(scene), numbers(grain)];
  const noise = Array.from({ length: lattice * lattice }, () => 26 * draw());
  const [x0, y0, radius] = [9 + 6 * draw(), 9 + 6 * draw(), 4 + 4 * draw()];
  let drawn = '';
  for (let y = 0; y < hashSide; y += 1) {
    for (let x = 0; x < hashSide; x += 1) {
      const [cx, cy] = [(x * (lattice - 1)) / hashSide, (y * (lattice - 1)) / hashSide];
      const [i, j, u, v] = [Math.floor(cx), Math.floor(cy), cx % 1, cy % 1];
      const at = (a: number, b: number): number => noise[b * lattice + a] ?? 0;
      const smooth =
        (at(i, j) * (1 - u) + at(i + 1, j) * u) * (1 - v) + (at(i, j + 1) * (1 - u) + at(i + 1, j + 1) * u) * v;
      const spot = Math.hypot(x - x0, y - y0) < radius ? -16 : 0;
      drawn += levels[Math.min(Math.max(Math.round(30 + spot + smooth + 3 * speck() - 12), 0), 63)];
    }
  }
  return drawn;
}

const findings = [
  'pigment network',
  'irregular border',
  'blue-white veil',
  'dots',
  'globules',
  'streaks',
  'crust',
  'scale',
];

interface Plan {
  adapter: ImportedSource['adapter'];
  use: ImportedSource['use'];
  share: number;
}
const plans: readonly Plan[] = [
  { adapter: 'ham10000', use: 'training', share: 0.6 },
  { adapter: 'bcn20000', use: 'training', share: 0.15 },
  { adapter: 'dermnet', use: 'training', share: 0.15 },
  { adapter: 'textbook', use: 'training', share: 0.1 },
  { adapter: 'skincon', use: 'concepts', share: 0.01 },
  { adapter: 'omnimedvqa', use: 'ood', share: 0.02 },
];

/** @param count cases for training and testing, the textbook's among them */
export async function writeGeneratedSources(
  store: ArtifactStore,
  folder: string,
  count: number,
  knowledge: Knowledge,
  seed = 1,
): Promise<ImportedSource[]> {
  const diagnoses = knowledge.taxonomy.names.filter((name) => knowledge.taxonomy.malignancy(name) !== null);
  const sources: ImportedSource[] = [];
  for (const [number, { adapter, use, share }] of plans.entries()) {
    const size = Math.max(20, Math.round(share * count));
    const draw = (i: number): Picture => drawPicture(adapter, number, i, count, seed);
    const asCase = (i: number): Case => ({ ...draw(i), ...diagnose(adapter, number, i, diagnoses, knowledge, seed) });
    const makers: Record<Plan['use'], [name: string, make: (i: number) => unknown]> = {
      training: ['cases', asCase],
      test: ['cases', asCase],
      concepts: [
        'concepts',
        (i) => ({ ...draw(i), concepts: { [findings[i % 8] ?? '']: i % 5 ? 'present' : 'absent' } }),
      ],
      ood: [
        'ready',
        (i) => ({ ...draw(i), question: { text: 'What is it?', options: ['melanoma', 'nevus'], answer: i % 2 } }),
      ],
    };
    const [file, make] = makers[use];
    const paths = Object.fromEntries(
      ['cases', 'ready', 'concepts', 'links'].map((name) => [name, join(folder, `${adapter}-${name}.jsonl`)]),
    );
    for (const [name, path] of Object.entries(paths)) {
      const rows =
        name === file ? generate(size, make) : name === 'links' ? generate(size >> 4, linkOf(draw, size)) : [];
      await pipeline(Readable.from(linesOf(rows)), createWriteStream(path));
    }
    const counts = { cases: 0, ready: 0, concepts: 0, [file]: size };
    const facts = { ...counts, quarantined: 0, duplicates: 0, leftOut: size >> 4, leftOutMalignant: 0 };
    const artifact = await commitFiles(
      store,
      {
        kind: 'dataset',
        key: `generated/${adapter}-${count}-${seed}`,
        method: 'generated/1',
        inputs: {},
        params: {},
        facts,
      },
      {
        ...Object.fromEntries(Object.entries(paths).map(([name, path]) => [`${name}.jsonl`, { path }])),
        'report.json': { data: JSON.stringify({ leftOutBy: [] }) },
      },
    );
    sources.push({ adapter, use, artifact });
  }
  return sources;
}

function* generate(count: number, make: (i: number) => unknown): Generator<unknown> {
  for (let i = 0; i < count; i += 1) yield make(i);
}

function* linesOf(rows: Iterable<unknown>): Generator<string> {
  let [text, lines] = ['', 0];
  for (const row of rows) {
    text += `${JSON.stringify(row)}\n`;
    lines += 1;
    if (lines % 64 === 0) {
      yield text;
      text = '';
    }
  }
  if (text !== '') yield text;
}

function drawPicture(adapter: string, number: number, i: number, count: number, seed: number): Picture {
  const draw = numbers(seed * 7_919 + number * 1_000_003 + i * 31);
  const archive = Math.floor(draw() * 40 * count); // few of many, so that some sets share a name
  const isCopy = draw() < 0.02;
  const scene = draw() < 0.03 ? i % Math.max(3, count >> 5) : number * 2_000_003 + i;
  const patient = `patient/${adapter}/${draw() < 0.02 ? i % 10 : i >> 1}`;
  const named = adapter === 'ham10000' || adapter === 'bcn20000' || adapter === 'omnimedvqa';
  const side = 224 + 28 * (i % 3);
  return {
    id: `${adapter}/${adapter}_${i}`,
    source: adapter === 'omnimedvqa' ? 'omnimedvqa/isic2018' : adapter,
    images: [
      {
        sha256: hash('sha256', isCopy ? `shared/${i % Math.max(5, count >> 6)}` : `${adapter}/${i}`),
        ...{ bytes: 50_000, width: side, height: 224 },
      },
    ],
    look: drawHash(scene, number * 3_000_017 + i),
    modality: i % 4 ? 'dermoscopic' : 'clinical',
    group: patient,
    ...(draw() < 0.3 ? { lesion: `lesion/${adapter}/${i >> 2}` } : {}),
    archiveIds: named ? [`isic/ISIC_${archive}`] : [],
    ...(adapter === 'bcn20000' ? { officialSplit: draw() < 0.25 ? ('test' as const) : ('train' as const) } : {}),
  };
}

/** Some diagnoses are far more frequent than others. */
function diagnose(
  adapter: string,
  number: number,
  i: number,
  diagnoses: readonly string[],
  { taxonomy }: Knowledge,
  seed: number,
): Pick<Case, 'diagnosis' | 'path' | 'siblings' | 'malignancy' | 'rationale'> {
  const draw = numbers(seed * 104_729 + number * 900_007 + i * 17 + 5);
  const diagnosis = diagnoses[Math.floor(diagnoses.length * draw() ** 2)] ?? 'melanoma';
  const seen = [findings[i % 8], findings[(i >> 3) % 8]].flatMap((finding) => finding ?? []);
  return {
    diagnosis,
    path: taxonomy.path(diagnosis),
    siblings: taxonomy.siblings(diagnosis),
    malignancy: taxonomy.malignancy(diagnosis) ?? 'benign',
    ...(adapter === 'textbook' ? { rationale: writeRationale([...new Set(seen)], diagnosis.replaceAll('.', '')) } : {}),
  };
}

/** A row that became no case: it ties two patients' pictures, or a name to a lesion. */
const linkOf =
  (draw: (i: number) => Picture, size: number) =>
  (i: number): unknown => {
    const { source, lesion, archiveIds, images, officialSplit } = draw((i * 37) % size);
    const { group } = draw((i * 53) % size);
    return {
      ...(i % 3 ? { source } : {}),
      group,
      lesion,
      archiveIds,
      images: i % 2 ? [{ sha256: images[0]?.sha256 }] : [],
      officialSplit,
    };
  };
