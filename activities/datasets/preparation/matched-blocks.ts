/** Blocks of matched questions (domain/questions/matched.ts), however many cases there are. */
import type { Knowledge } from '../../../domain/knowledge/knowledge.ts';
import type { Labelled } from '../../../domain/questions/distractors.ts';
import {
  caseKey,
  dealPart,
  type KindOfCases,
  type MatchedOptions,
  type MatchedTask,
  matchedTasks,
} from '../../../domain/questions/matched.ts';
import { inCodeUnits, inTurns, openScratchDatabase } from '../../scratch-database.ts';

interface MatchedBlocks extends Disposable {
  /** Adds the next case. */
  add(c: Labelled): void;
  /** Deals all cases that were added. */
  deal(): Promise<void>;
  /** The options of the case at a position; positions rise from call to call. */
  of(at: number, task: MatchedTask): MatchedOptions | undefined;
}

const schema = `
  create table labelled (part blob, diagnosis blob, key blob, at integer);
  create table dealt (at integer, task integer, options text)`;

/** @param seed of the questions; memory holds four bytes per case of the largest set and split */
export function createMatchedBlocks(knowledge: Knowledge, seed: number): MatchedBlocks {
  const database = openScratchDatabase(schema);
  const insert = database.prepare('insert into labelled values (?, ?, ?, ?)');
  const insertDealt = database.prepare('insert into dealt values (?, ?, ?)');
  const paths = new Map<string, readonly string[]>();
  const parts = new Set<string>();
  let count = 0;
  let dealt: Iterator<Record<string, unknown>> | null = null;
  let next: { at: number; task: number; options: string } | null = null;

  const dealOne = async (part: string): Promise<void> => {
    const [kinds, members] = await readPart(part);
    for (const [number, task] of matchedTasks.entries()) {
      for await (const { kind, member, labels, right } of inTurns(dealPart(kinds, part, task, knowledge, seed)))
        insertDealt.run(members[(starts(kinds)[kind] ?? 0) + member] ?? 0, number, JSON.stringify({ labels, right }));
    }
  };
  /** Diagnoses of a part in code-unit order, and the positions of their cases in the order of their keys. */
  const readPart = async (part: string): Promise<[KindOfCases[], Uint32Array]> => {
    const key = inCodeUnits(part);
    const size = Number(database.prepare('select count(*) as n from labelled where part = ?').get(key)?.n);
    const members = new Uint32Array(size);
    const kinds: KindOfCases[] = [];
    const rows = database.prepare('select diagnosis, at from labelled where part = ? order by diagnosis, key');
    let place = 0;
    for await (const row of inTurns(rows.iterate(key))) {
      const diagnosis = fromCodeUnits(row.diagnosis as Uint8Array); // the column's type
      if (kinds.at(-1)?.diagnosis !== diagnosis)
        kinds.push({ diagnosis, path: paths.get(`${part}\n${diagnosis}`) ?? [], count: 0 });
      const own = kinds.at(-1);
      if (own) own.count += 1;
      members[place++] = Number(row.at);
    }
    return [kinds, members];
  };
  let current = { at: -1, options: new Map<number, string>() };
  const take = (at: number): Map<number, string> => {
    const options = new Map<number, string>();
    while (next && next.at < at) advance();
    for (; next?.at === at; advance()) options.set(next.task, next.options);
    return options;
  };
  const advance = (): void => {
    const { value } = dealt?.next() ?? {};
    next = value ? { at: Number(value.at), task: Number(value.task), options: String(value.options) } : null;
  };
  return {
    add: (c) => {
      const at = count++;
      if (knowledge.taxonomy.isCatchAll(c.diagnosis)) return;
      const part = `${c.source}/${c.split}`;
      parts.add(part);
      const kind = `${part}\n${c.diagnosis}`;
      if (!paths.has(kind)) paths.set(kind, c.path);
      insert.run(inCodeUnits(part), inCodeUnits(c.diagnosis), inCodeUnits(caseKey(c)), at);
    },
    deal: async () => {
      for (const part of parts) await dealOne(part);
      dealt = database.prepare('select at, task, options from dealt order by at, task').iterate();
      advance();
    },
    of: (at, task) => {
      if (current.at !== at) current = { at, options: take(at) };
      const options = current.options.get(matchedTasks.indexOf(task));
      return options === undefined ? undefined : JSON.parse(options);
    },
    [Symbol.dispose]: () => database.close(),
  };
}

const fromCodeUnits = (bytes: Uint8Array): string => Buffer.from(bytes).swap16().toString('utf16le');

function starts(kinds: readonly KindOfCases[]): number[] {
  let sum = 0;
  return kinds.map(({ count }) => {
    sum += count;
    return sum - count;
  });
}
