/** `dermflow evaluate agreement`: how far a judge's scores of narratives agree with people's. */
import { readFile } from 'node:fs/promises';
import { Command } from 'commander';
import type { ArtifactStore } from '../../../activities/ports/artifact-store.ts';
import { type HumanScores, parseHumanScores, peopleOf } from '../../../domain/benchmarks/narratives/people.ts';
import { dimensionKeys, dimensions, meanScore, type Scores } from '../../../domain/dermeval/dimensions.ts';
import { type Agreement, agreementOf } from '../../../domain/evaluation/agreement.ts';
import type { ScoredItem } from '../../../domain/evaluation/scored.ts';
import { userMistake } from '../../../domain/failures.ts';
import { withMomentaryServices } from '../../momentary-services.ts';
import { renderTable } from '../../table.ts';
import { readBoard } from '../board.ts';
import { findRow, readScored } from '../compare.ts';

interface AgreementOptions {
  people: string;
  benchmark?: string;
  json?: boolean;
}

export const agreementCommand = (): Command =>
  new Command('agreement')
    .description("a judge's scores of narratives beside people's: deviation, bias and correlation by dimension")
    .argument('<evaluation>', 'a model as the leaderboard names it, or the first characters of an evaluation’s key')
    .requiredOption('--people <file>', 'JSON lines: {"id", "reviewer", "scores": {"accuracy": 4, …}}')
    .option('--benchmark <name>', 'the judged one, e.g. dermbench@deepseek-reasoner-1a2b3c4d')
    .option('--json', 'as a JSON object')
    .action(agreement);

async function agreement(name: string, { people, benchmark, json }: AgreementOptions): Promise<void> {
  const text = await readFile(people, 'utf8').catch((error: unknown) => {
    throw userMistake(`--people ${people}: cannot be read (${String(error)})`, error);
  });
  const scores = parseHumanScores(text, people);
  const compared = await withMomentaryServices(async ({ client, store }) =>
    compareWithPeople(await store(), name, benchmark, scores, client.options.namespace),
  );
  console.log(json ? JSON.stringify(compared) : render(compared));
}

interface ComparedWithPeople {
  evaluation: string;
  benchmark: string;
  /** By the name of the dimension; `Mean of six` last. Null where no text has both. */
  rows: { name: string; agreement: Agreement | null }[];
}

/** Throws a user's mistake where no judge scored the evaluation, or no text has scores of both. */
export async function compareWithPeople(
  store: ArtifactStore,
  name: string,
  benchmark: string | undefined,
  people: readonly HumanScores[],
  namespace: string,
): Promise<ComparedWithPeople> {
  const judgedRows = (await readBoard(store, namespace)).filter(({ narratives }) => narratives !== undefined);
  const row = findRow(judgedRows, name, benchmark);
  const items = await readScored(store, row);
  const byId = peopleOf(people);
  const rows = [
    ...dimensionKeys.map((key) => ({
      name: dimensions[key].name,
      agreement: agreementBy(items, byId, (scores) => scores[key]),
    })),
    { name: 'Mean of six', agreement: agreementBy(items, byId, meanScore) },
  ];
  if (rows.every((each) => each.agreement === null)) {
    throw userMistake(
      `--people: none of its ids is one of ${row.label} on ${row.benchmark}; ids there are like "${items[0]?.id ?? ''}"`,
    );
  }
  return { evaluation: row.label, benchmark: row.benchmark, rows };
}

function agreementBy(
  items: readonly ScoredItem[],
  people: ReadonlyMap<string, Scores>,
  of: (scores: Scores) => number | null,
): Agreement | null {
  const pairs = items.flatMap(({ id, group, dermeval }) => {
    const [own, theirs] = [dermeval, people.get(id)];
    const [judge, person] = [own ? of(own) : null, theirs ? of(theirs) : null];
    return judge === null || person === null ? [] : [{ group, judge, person }];
  });
  return pairs.length === 0 ? null : agreementOf(pairs);
}

const interval = (own: { value: number; low: number; high: number } | null): string =>
  own ? `${own.value.toFixed(3)} (${own.low.toFixed(2)} to ${own.high.toFixed(2)})` : '–';

function render({ evaluation, benchmark, rows }: ComparedWithPeople): string {
  const cells = rows.map(({ name, agreement: own }) => [
    ...[name, interval(own?.deviation ?? null), interval(own?.bias ?? null), interval(own?.correlation ?? null)],
    ...[String(own?.items ?? 0), String(own?.groups ?? 0)],
  ]);
  return [
    `${evaluation} on ${benchmark}: the judge beside people, on the scale from 0 to 5, with 95 % intervals`,
    renderTable(['dimension', 'mean deviation', 'judge less people', 'correlation', 'texts', 'groups'], cells),
    'published (arXiv 2511.09195, other texts): DermEval 0.117, DermBench’s judge 0.251 mean deviation on 4,500 cases',
  ].join('\n');
}
