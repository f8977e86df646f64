/** Our numbers beside published ones: paper, ours, difference and interval, and why they cannot be compared. */
import type { DistractorSource } from '../questions/distractors.ts';
import { profileOfRow, readerOfRow } from './models.ts';
import { averageColumn, type Measure, type PublishedTable } from './published.ts';

/** A number of ours. The interval is null where none was computed. */
export interface OwnNumber {
  column: string;
  measure: Measure;
  value: number;
  low: number | null;
  high: number | null;
  /** Items of the column. */
  items: number;
}

/** How ours was measured; what differs from the paper's way makes a number not comparable. */
export interface Conditions {
  /** Pictures were drawn by a program. */
  generated: boolean;
  /** Name of the prompt profile. */
  profile: string;
  reader: 'strict' | 'lenient';
  /** How wrong options were drawn; null where the items bring their own. */
  distractors: DistractorSource | null;
  /** One answer per item, without sampling. */
  greedy: boolean;
  image: 'real' | 'grey';
}

export interface PublishedComparison {
  source: string;
  model: string;
  column: string;
  measure: Measure;
  paper: number;
  ours: number;
  difference: number;
  /** Of ours; the paper prints none. */
  low: number | null;
  high: number | null;
  /** Why the two are not the same measurement; empty where they are. */
  notComparable: string[];
  note: string | null;
}

/**
 * Ours against the row of a table that is named, column by column; columns that only one of the two has are left out.
 * Empty where the table has no such row.
 */
export function againstRow(
  table: PublishedTable,
  model: string,
  ours: readonly OwnNumber[],
  conditions: Conditions,
): PublishedComparison[] {
  const row = table.rows.find((own) => own.model === model);
  if (!row) return [];
  const general = reasonsOf(model, conditions);
  return ours.flatMap((own) => {
    const paper = row.values[own.column];
    if (own.measure !== table.measure || paper === undefined) return [];
    return [
      {
        ...{ source: table.source, model, column: own.column, measure: own.measure, paper },
        ...{ ours: own.value, difference: own.value - paper, low: own.low, high: own.high },
        notComparable: [...itemReasons(table, own), ...general],
        note: row.note ?? null,
      },
    ];
  });
}

function itemReasons(table: PublishedTable, { column, items }: OwnNumber): string[] {
  const expected =
    column === averageColumn
      ? table.sets.reduce((sum, set) => sum + set.items, 0)
      : (table.sets.find(({ source }) => source === column)?.items ?? 0);
  return items === expected ? [] : [`data: ${items} items, the paper has ${expected}`];
}

const distractorReasons = {
  set: 'data: wrong options are drawn from the set alone, as in the released code; the paper draws from the shared tree too',
  'set-and-shared': 'data: wrong options are drawn anew; the paper publishes none of its questions',
  matched: 'data: options are matched, so that labels give nothing away; those of the paper are not',
} as const satisfies Record<DistractorSource, string>;

/** Empty where all is as the paper has it. */
function reasonsOf(model: string, { generated, profile, reader, distractors, greedy, image }: Conditions): string[] {
  const [wantedProfile, wantedReader] = [profileOfRow(model), readerOfRow(model)];
  return [
    ...(generated ? ['data: the pictures are drawings'] : []),
    ...(image === 'grey' ? ['data: grey pictures in place of the real ones'] : []),
    ...(distractors === null ? [] : [distractorReasons[distractors]]),
    ...(profile === wantedProfile ? [] : [`prompt: profile ${profile}, the paper asks with ${wantedProfile}'s form`]),
    ...(reader === wantedReader
      ? []
      : [`extraction: ${reader} reader, the paper reads this row as the ${wantedReader} one`]),
    ...(greedy ? [] : ['decoding: sampled, the paper decodes greedily']),
  ];
}
