/** Gives each case a split, whole groups at a time (domain/cases/splits.ts), however many cases there are. */
import { type Case, type Split, splits } from '../../../domain/cases/case.ts';
import { createDisagreementCount, type OfficialSplitCount } from '../../../domain/cases/data-report.ts';
import { keysOf, type Link, pictureKeysOf } from '../../../domain/cases/groups.ts';
import { createOfficialSplits, type Placed } from '../../../domain/cases/official.ts';
import {
  commonest,
  createDealer,
  dealOrder,
  deals,
  placeGroup,
  ratioOf,
  type SplitSettings,
  stratumOf,
} from '../../../domain/cases/splits.ts';
import type { Rows } from '../../rows.ts';
import { inCodeUnits, inTurns, openScratchDatabase } from '../../scratch-database.ts';
import { createKeyGroups } from './key-groups.ts';

/** What is known besides the cases. */
export interface Ties {
  /** Of pictures that became no case. */
  links?: Rows<Link>;
  /** Of pictures that training sees whatever the split, a textbook's for example: their groups are not tested on. */
  trained?: Rows<Link>;
}

interface Dealt {
  /** Of the case at a position. */
  splitOf(at: number): Split;
  /** Groups whose official splits disagree; all of such a group is on one side all the same. */
  officialSplits: OfficialSplitCount;
}

type Dealable = Pick<
  Case,
  'id' | 'source' | 'diagnosis' | 'group' | 'lesion' | 'archiveIds' | 'images' | 'officialSplit'
>;

const kinds = { case: 0, link: 1, trained: 2 } as const;

const schema = `
  create table picture (at integer primary key, kind integer, id text, name text, source text, diagnosis text, side text);
  create table dealt (deal integer, stratum blob, place text, first integer, size integer)`;

/** Five bytes per case and four per link are in memory, everything else is on disk. */
export async function dealCases(
  cases: Rows<Dealable>,
  settings: SplitSettings,
  { links = [], trained = [] }: Ties = {},
): Promise<Dealt> {
  const byPatient = settings.groupBy === 'patient';
  const keys = byPatient ? keysOf : pictureKeysOf;
  using database = openScratchDatabase(schema);
  const insert = database.prepare('insert into picture values (?, ?, ?, ?, ?, ?, ?)');
  using groups = createKeyGroups();
  const official = createOfficialSplits();
  let count = 0;
  for await (const c of cases) {
    official.note(c);
    groups.add([`id/${c.id}`, ...keys(c)]);
    const name = byPatient ? c.group : c.id;
    insert.run(count++, kinds.case, c.id, name, c.source, c.diagnosis, c.officialSplit ?? null);
  }
  const sides = new Uint8Array(count); // at the first case of each group
  for (const [kind, rows] of [[kinds.link, links] as const, [kinds.trained, trained] as const]) {
    for await (const link of rows) {
      groups.add(keys(link));
      insert.run(count++, kind, null, null, link.source ?? null, null, link.officialSplit ?? null);
    }
  }
  await groups.unite();
  groups.close();
  const disagreements = createDisagreementCount();
  const deal = database.prepare('insert into dealt values (?, ?, ?, ?, ?)');
  for await (const group of gather(database, groups.firstOf)) {
    const { place, disagreement } = placeGroup(group, group.trained, official);
    if (disagreement) disagreements.add(disagreement);
    const [names, strata] = [group.members.map(({ name }) => name), group.members.map(stratumOf)];
    const [name = ''] = names.toSorted();
    if (place === 'free' || place === 'official train') {
      const stratum = inCodeUnits(commonest(strata));
      deal.run(deals.indexOf(place), stratum, dealOrder(settings.seed, name), group.first, names.length);
    } else sides[group.first] = splits.indexOf(place);
  }
  for (const [i, each] of deals.entries()) {
    const dealer = createDealer(ratioOf(each, settings));
    const inOrder = database.prepare('select stratum, first, size from dealt where deal = ? order by stratum, place');
    let last = Buffer.alloc(0);
    for await (const { stratum, first, size } of inTurns(inOrder.iterate(i))) {
      const own = Buffer.from(stratum as Uint8Array); // the column's type
      if (!own.equals(last)) dealer.beginStratum();
      last = own;
      sides[Number(first)] = splits.indexOf(dealer.deal(Number(size)));
    }
  }
  return {
    splitOf: (at) => splits[sides[groups.firstOf(at)] ?? 0] ?? 'train',
    officialSplits: disagreements.counts(),
  };
}

interface Member {
  id: string;
  name: string;
  source: string;
  diagnosis: string;
  officialSplit?: Split;
}

interface Gathered extends Placed {
  /** Position of the first case. */
  first: number;
  members: Member[];
  trained: boolean;
}

/** The groups in the order of their first cases, with the links that touch them. */
async function* gather(
  database: ReturnType<typeof openScratchDatabase>,
  firstOf: (at: number) => number,
): AsyncGenerator<Gathered> {
  database.function('first_of', (at) => firstOf(Number(at)));
  const rows = database.prepare(
    'select first_of(at) as first, kind, id, name, source, diagnosis, side from picture order by first, at',
  );
  let group = null as (Gathered & { links: Placed['links'][number][] }) | null; // set below, which the compiler forgets in loops
  for await (const row of inTurns(rows.iterate())) {
    const first = Number(row.first);
    const side = splits.find((split) => split === row.side);
    const placed = side === undefined ? {} : { officialSplit: side };
    if (group?.first !== first) {
      if (group) yield group;
      group = row.kind === kinds.case ? { first, members: [], links: [], trained: false } : null;
    }
    if (!group) continue; // links that touch no case
    if (row.kind === kinds.case) {
      const [id, name, source, diagnosis] = [row.id, row.name, row.source, row.diagnosis].map(String);
      group.members.push({
        id: id ?? '',
        name: name ?? '',
        source: source ?? '',
        diagnosis: diagnosis ?? '',
        ...placed,
      });
      continue;
    }
    group.links.push({ ...(row.source === null ? {} : { source: String(row.source) }), ...placed });
    if (row.kind === kinds.trained) group.trained = true;
  }
  if (group) yield group;
}
