/** From what a run of SkinGPT-R1 left in the store to its report's numbers. */

import { meansOf } from '../../../benchmarks/narratives/means.ts';
import { publishedNarratives, whyNotComparable } from '../../../benchmarks/narratives/published.ts';
import { judgeWords } from '../../../benchmarks/narratives/words.ts';
import type { CaseTally } from '../../../cases/data-report.ts';
import type { FunnelStep } from '../../../cases/dermnet-filter.ts';
import { skinTones } from '../../../cases/skin-tone.ts';
import type { BenchmarkResult } from '../../../contracts/benchmarks.ts';
import type { NarrativeReportInput } from '../../../contracts/report.ts';
import type { Scores } from '../../../dermeval/dimensions.ts';
import { modelId, modelOf, modelOrder, modelTitle } from '../../../evaluation/model-under-test.ts';
import { publicBase } from '../../../models/public-base.ts';
import type { Narrative, ScorerIdentity } from '../../../narratives/narrative.ts';
import { casesCard } from '../../../report/cases-card.ts';
import type { LineageEntry } from '../../../report/parts.ts';
import { type MetricsLine, mergeLines } from '../../../report/training-log.ts';
import type { Certified, Review } from '../../../reviews/review.ts';
import { type Stage, stageNames, stages } from '../../../stages/index.ts';
import { skinGptR1Outline } from '../outline.ts';
import { agreementsOf, betweenReviewers } from './agreement.ts';
import { narrativePairs, recognitionPairs, type ScoredAnswer } from './compare.ts';
import type { NarrativeReport } from './report.ts';
import { reviewersOf } from './reviewers.ts';
import { summariseNarrativeRun } from './summary.ts';

/** What is kept of a narrative: a run may have many. */
export type ReportedNarrative = Pick<Narrative, 'id' | 'group' | 'skinTone'>;

/** A result, and its items. */
export interface Scored {
  result: BenchmarkResult;
  answers: readonly ScoredAnswer[];
}

export interface NarrativeReportSources {
  input: NarrativeReportInput;
  cases: CaseTally;
  funnel: readonly FunnelStep[];
  narratives: readonly ReportedNarrative[];
  /** Of the narratives, by their ids. */
  scores: ReadonlyMap<string, Scores>;
  scorer: ScorerIdentity;
  /** Ids of the narratives that are trained on or validate. */
  kept: ReadonlySet<string>;
  /** Rejected replies by their reason. */
  reasons: ReadonlyMap<string, number>;
  certified: readonly Pick<Certified, 'id' | 'group' | 'part' | 'scores'>[];
  reviews: readonly Review[];
  evaluations: readonly Scored[];
  bench: readonly Scored[];
  /** Lines of the stretches, in the order of the stretches. */
  logs: Readonly<Partial<Record<Stage, readonly MetricsLine[]>>>;
  lineage: readonly LineageEntry[];
  software: Readonly<Record<string, string>>;
}

/** The same sources give the same report. */
export function buildNarrativeReport(sources: NarrativeReportSources): NarrativeReport {
  const { input } = sources;
  const { recipe, spent = [] } = input;
  const stage = skinGptR1Outline.trained(recipe).at(-1) ?? 'base';
  const final = modelId({ stage, step: null, image: 'real' });
  const classification = classificationOf(sources.evaluations);
  const bench = benchOf(sources);
  const parts = {
    ...{ final, classification, bench },
    narratives: narrativesOf(sources),
    certified: certifiedOf(sources),
    published: publishedBeside(bench, final, input),
    data: casesCard(input, sources.cases, sources.funnel),
  };
  return {
    schema: 1,
    run: input.run,
    recipe,
    model: input.model,
    summary: summariseNarrativeRun(parts),
    ...parts,
    training: Object.fromEntries(
      stageNames.flatMap((name) => {
        const lines = mergeLines(sources.logs[name] ?? []);
        return lines.length > 0 ? [[stages[name].logField, lines]] : [];
      }),
    ),
    spent,
    lineage: [...sources.lineage],
    software: { ...sources.software },
  };
}

function narrativesOf(sources: NarrativeReportSources): NarrativeReport['narratives'] {
  const { input, narratives, scores, scorer, kept, reasons } = sources;
  const meansFor = (own: readonly ReportedNarrative[]) =>
    meansOf(
      own.flatMap(({ id, group }) => {
        const found = scores.get(id);
        return found ? [{ group, scores: found }] : [];
      }),
    );
  const isKept = ({ id }: ReportedNarrative): boolean => kept.has(id);
  const groups = (['kept', 'dropped'] as const).map((name) => {
    const own = narratives.filter((narrative) => isKept(narrative) === (name === 'kept'));
    return { name, narratives: own.length, means: meansFor(own) };
  });
  const hasTones = narratives.some(({ skinTone }) => skinTone !== undefined);
  const tones = hasTones
    ? [...skinTones, null].flatMap((tone) => {
        const own = narratives.filter(({ skinTone }) => (skinTones[skinTone ?? -1] ?? null) === tone);
        return own.length === 0
          ? []
          : [{ tone, narratives: own.length, kept: own.filter(isKept).length, means: meansFor(own) }];
      })
    : [];
  return {
    counts: input.narratives.counts,
    reasons: [...reasons]
      .map(([reason, count]) => ({ reason, count }))
      .toSorted((a, b) => b.count - a.count || (a.reason < b.reason ? -1 : 1)),
    scorer,
    missing: input.scores.counts.missing,
    ...{ groups, tones },
    rows: input.dermcot.counts,
  };
}

function certifiedOf(sources: NarrativeReportSources): NarrativeReport['certified'] {
  const { input, certified, reviews, scores, scorer, narratives } = sources;
  if (!input.certified) return null;
  const part = scorer.by === 'dermeval' ? 'bench' : 'all';
  const both = certified.flatMap(({ id, group, scores: second, part: own }) => {
    const first = scores.get(id);
    return first && (part === 'all' || own === part) ? [{ group, first, second }] : [];
  });
  return {
    counts: input.certified.counts,
    reviewers: reviewersOf(reviews),
    parts: (['train', 'bench'] as const).map((name) => {
      const own = certified.filter((each) => each.part === name);
      return { part: name, narratives: own.length, means: meansOf(own) };
    }),
    between: betweenReviewers(reviews, new Map(narratives.map(({ id, group }) => [id, group]))),
    scorer: { part, agreements: agreementsOf(both) },
  };
}

/** In the order in which a reader meets the models. */
const inOrder = (own: readonly Scored[]): Scored[] =>
  own.toSorted(({ result: a }, { result: b }) => {
    const [one, other] = [modelOf({ ...a, step: null }), modelOf({ ...b, step: null })];
    return (one && other ? modelOrder(one, other) : 0) || (a.label < b.label ? -1 : 1);
  });

const titleOf = (label: string): string => {
  const model = modelOf({ label, step: null });
  return model ? modelTitle({ ...model, image: 'real' }) : label;
};

/** The model that an evaluation on grey images is the control of. */
const realLabel = (label: string): string => {
  const model = modelOf({ label, step: null });
  return model ? modelId({ ...model, image: 'real' }) : label;
};

function classificationOf(evaluations: readonly Scored[]): NarrativeReport['classification'] {
  return [...Map.groupBy(evaluations, ({ result }) => result.benchmark)].map(([benchmark, own]) => {
    const seeing = inOrder(own.filter(({ result }) => result.shown === 'real'));
    return {
      benchmark,
      models: seeing.map(({ result: { label, items, groups, strict, lenient } }) => {
        const grey = own.find(({ result }) => result.shown === 'grey' && realLabel(result.label) === label)?.result;
        return {
          ...{ label, title: titleOf(label), items, groups, strict, lenient },
          grey: grey ? { strict: grey.strict, lenient: grey.lenient } : null,
        };
      }),
      pairs: recognitionPairs(seeing.map(({ result, answers }) => ({ label: result.label, answers }))),
    };
  });
}

function benchOf({ bench }: NarrativeReportSources): NarrativeReport['bench'] {
  const [first] = bench;
  if (!first) return null;
  const own = inOrder(bench);
  const judged = first.result.narratives;
  return {
    benchmark: first.result.benchmark,
    scorer: judged ? judgeWords(judged.judge) : 'what is known of the drawings',
    models: own.map(({ result: { label, narratives }, answers }) => ({
      ...{ label, title: titleOf(label), texts: answers.length },
      means: meansOf(answers.flatMap(({ group, dermeval }) => (dermeval ? [{ group, scores: dermeval }] : []))),
      ...(narratives ? { judged: pick(narratives) } : {}),
    })),
    pairs: narrativePairs(own.map(({ result, answers }) => ({ label: result.label, answers }))),
  };

  function pick({ judge, missing, repeatability, anchors }: NonNullable<BenchmarkResult['narratives']>) {
    return { judge, missing, repeatability, anchors };
  }
}

/** The backbone of the paper, by the last part of its name on the hub. */
const paperBackbone = /vision-r1-7b/i;

function publishedBeside(
  bench: NarrativeReport['bench'],
  final: string,
  { recipe, model, certified }: NarrativeReportInput,
): NarrativeReport['published'] {
  const { source, model: of, value, note, gain } = publishedNarratives;
  const meanOf = (label: string) => bench?.models.find((own) => own.label === label)?.means.average ?? null;
  const [ours, base] = [meanOf(final), meanOf('base')];
  const reasons = [
    ...(bench ? whyNotComparable(bench.benchmark, ours?.items ?? 0, bench.models[0]?.judged ?? null) : []),
    ...(bench ? [] : ['this run has no part for DermBench']),
    ...(recipe.data.generate ? ['pictures: drawings, no skin'] : []),
    ...(certified && recipe.certified.by === 'script' ? ['certified texts: by a program, not by dermatologists'] : []),
    ...(paperBackbone.test(model.base)
      ? []
      : [`base model: ${publicBase(model.base).name}; the paper's is Vision-R1-7B`]),
  ];
  return {
    ...{ source, model: of, value, note },
    ours: ours && { value: ours.value, low: ours.low, high: ours.high },
    gain: { published: gain, ours: ours && base && base.value > 0 ? ours.value / base.value - 1 : null },
    notComparable: reasons,
  };
}
