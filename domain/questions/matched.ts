/**
 * Questions whose options give nothing away (`distractors: matched`). They are made in blocks: the same options are
 * asked of as many cases as there are options, and each option is the right answer of one of them. So whatever is read
 * off the options alone is right once in a block, however it was learned.
 */
import type { Case } from '../cases/case.ts';
import type { Knowledge } from '../knowledge/knowledge.ts';
import type { Taxonomy } from '../knowledge/taxonomy.ts';
import { createRandom, type Random } from '../random.ts';
import type { Labelled } from './distractors.ts';
import type { QuestionTask } from './question.ts';

export const matchedTasks = ['diagnosis', 'ddx', 'hierarchical'] as const satisfies readonly QuestionTask[];
export type MatchedTask = (typeof matchedTasks)[number];

/** The options of a case, the right one among them. */
export interface MatchedOptions {
  labels: readonly string[];
  right: string;
}

/** Cases of one diagnosis. */
export interface KindOfCases {
  diagnosis: string;
  path: readonly string[];
  count: number;
}

/** Those of them that stand in no block yet, the next one last. */
interface Kind extends Omit<KindOfCases, 'count'> {
  /** Its path from the finest label on. */
  upwards: readonly string[];
  number: number;
  left: { length: number; order: Uint32Array };
}

/** An option of a block, and the diagnosis whose case it is right for. */
interface Member {
  label: string;
  kind: Kind;
}

const optionsPerBlock = 4;
const deepestOnPath = 3;

export const caseKey = ({ source, id }: Pick<Case, 'source' | 'id'>): string => `${source}/${id}`;

/** The options of a case: of the `member`-th one, in code-unit order of their keys, of the `kind`-th diagnosis. */
interface DealtOptions extends MatchedOptions {
  kind: number;
  member: number;
}

/**
 * Deals the cases of one set and split into blocks; a case that finds no partners is not asked. Of a set whose most
 * frequent diagnosis outnumbers the others that one is thus asked in part: while it is the answer of most questions,
 * no choice of wrong options can hide it.
 *
 * @param kinds in code-unit order of their diagnoses, none of which may stand for many
 * @param part `<set>/<split>`
 */
export function* dealPart(
  kinds: readonly KindOfCases[],
  part: string,
  task: MatchedTask,
  knowledge: Knowledge,
  seed: number,
): Generator<DealtOptions> {
  const random = createRandom(`questions/${seed}/blocks/${task}`).fork(part);
  const open = kinds.map(({ diagnosis, path, count }, number): Kind => {
    return { diagnosis, path, upwards: path.toReversed(), number, left: { length: count, order: random.order(count) } };
  });
  for (const block of dealBlocks(open, task, knowledge, random)) {
    const labels = block.map(({ label }) => label);
    for (const { label, kind } of block) {
      kind.left.length -= 1;
      yield { kind: kind.number, member: kind.left.order[kind.left.length] ?? 0, labels, right: label };
    }
  }
}

/**
 * Deals a few cases, each set and split by itself.
 *
 * @returns the options by `caseKey`
 */
export function matchCases(
  labelled: Iterable<Labelled>,
  task: MatchedTask,
  knowledge: Knowledge,
  seed: number,
): Map<string, MatchedOptions> {
  const asked = [...labelled].filter((c) => !knowledge.taxonomy.isCatchAll(c.diagnosis));
  const result = new Map<string, MatchedOptions>();
  for (const [part, cases] of Map.groupBy(asked, (c) => `${c.source}/${c.split}`)) {
    const byDiagnosis = [...Map.groupBy(cases, (c) => c.diagnosis)].toSorted(([a], [b]) => (a < b ? -1 : 1));
    const keys = byDiagnosis.map(([, members]) => members.map(caseKey).toSorted());
    const kinds = byDiagnosis.map(([diagnosis, members]) => {
      return { diagnosis, path: members[0]?.path ?? [], count: members.length };
    });
    for (const { kind, member, labels, right } of dealPart(kinds, part, task, knowledge, seed))
      result.set(keys[kind]?.[member] ?? '', { labels, right });
  }
  return result;
}

/** Whoever iterates takes a case of each member's kind before the next block is made. */
function* dealBlocks(kinds: Kind[], task: MatchedTask, knowledge: Knowledge, random: Random): Generator<Member[]> {
  let open = kinds;
  while (open.length > 1) {
    const [first, ...others] = inTurn(open, random);
    const block = first ? largestBlock(first, others, task, knowledge, random) : [];
    if (block.length > 1) yield block;
    // A kind without a partner stays without one: kinds only ever get fewer.
    open = open.filter((kind) => kind.left.length > 0 && (block.length > 1 || kind !== first));
  }
}

/** Kinds that must stand in every block from now on to be used up come first, the others by chance and size. */
function inTurn(kinds: readonly Kind[], random: Random): Kind[] {
  const blocks = blocksLeft(kinds.map(({ left }) => left.length));
  const place = ({ left }: Kind): number =>
    left.length >= blocks ? random.float() - 1 : -Math.log(1 - random.float()) / left.length;
  return kinds
    .map((kind) => ({ kind, at: place(kind) }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ kind }) => kind);
}

/** The most blocks of four different kinds that `sizes`, the cases of each kind, can fill. */
export function blocksLeft(sizes: readonly number[]): number {
  const falling = sizes.toSorted((a, b) => b - a);
  let rest = sizes.reduce((sum, size) => sum + size, 0);
  for (const [i, size] of falling.slice(0, optionsPerBlock).entries()) {
    const blocks = Math.floor(rest / (optionsPerBlock - i));
    if (size <= blocks) return blocks;
    rest -= size;
  }
  return 0;
}

/** Tries the labels of the first kind until a block is full; else the largest that was found. */
function largestBlock(
  first: Kind,
  others: readonly Kind[],
  task: MatchedTask,
  knowledge: Knowledge,
  random: Random,
): Member[] {
  const { labels, belong, most } = rules[task];
  let best: Member[] = [];
  for (const label of labels(first, [], random)) {
    const block: Member[] = [{ label, kind: first }];
    for (const kind of others) {
      if (block.length === most) break;
      const fitting = labels(kind, block, random).find((own) =>
        block.every((member) => belong(member.label, own, knowledge) && fits(member, own, kind, knowledge.taxonomy)),
      );
      if (fitting !== undefined) block.push({ label: fitting, kind });
    }
    if (block.length > best.length) best = block;
    if (best.length === most) break;
  }
  return best;
}

/** Whether each of the two is surely wrong, or true and coarser than the right answer, where the other one is right. */
const fits = (member: Member, label: string, kind: Kind, taxonomy: Taxonomy): boolean =>
  mayStandBeside(member.label, label, kind, taxonomy) && mayStandBeside(label, member.label, member.kind, taxonomy);

function mayStandBeside(label: string, right: string, { path, diagnosis }: Kind, taxonomy: Taxonomy): boolean {
  const at = path.indexOf(label);
  return at < 0 ? !taxonomy.overlap(label, diagnosis) : at < path.indexOf(right);
}

interface Rule {
  /** Labels under which a case of the kind may be the right answer in the block, the preferred one first. */
  labels: (kind: Kind, block: readonly Member[], random: Random) => readonly string[];
  /** What the task asks of two options beyond `fits`. */
  belong: (a: string, b: string, knowledge: Knowledge) => boolean;
  most: number;
}

const always = (): boolean => true;

const rules: Record<MatchedTask, Rule> = {
  /** As fine as the paper draws it; every second time a label that is true of another case of the block as well. */
  diagnosis: {
    labels: ({ path }, block, random) => {
      const drawn = random.sample(path, random.int(1, Math.min(deepestOnPath, path.length)));
      const finest = path.filter((label) => drawn.includes(label)).slice(-1);
      const common = path.filter((label) => block.some(({ kind }) => kind.path.includes(label))).toReversed();
      const first = random.float() < 0.5 ? common : [];
      return [...new Set([...first, ...finest, ...random.shuffle(path)])];
    },
    belong: always,
    most: optionsPerBlock,
  },
  /** Neighbours in G_DDx of each other; of a diagnosis outside of the graph the ancestor that is in it. */
  ddx: {
    labels: ({ upwards }) => upwards,
    belong: (a, b, { ddx }) => ddx.areNeighbours(a, b),
    most: optionsPerBlock,
  },
  /** The path of one case; the others leave it on the way, each at another label. */
  hierarchical: {
    labels: ({ path }, [first]) => path.filter((label) => first?.kind.path.includes(label) ?? true).slice(-1),
    belong: always,
    most: 26,
  },
};
