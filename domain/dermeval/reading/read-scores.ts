/**
 * A judge's text to six scores, as a careful reader would: what is not said, said twice differently, or said of another
 * scale than one can know is missing, and never a guess. A score above its scale (`6/5`) or below 0 is none.
 */
import { withoutThinking } from '../../replies/thinking.ts';
import { byDimension, type Dimension, dimensionKeys, type Scores } from '../dimensions.ts';
import { readJsonScores } from './json.ts';
import { readLines } from './lines.ts';
import { normalised, plainText } from './plain.ts';
import type { ScoreReading } from './reading.ts';
import { readTables } from './tables.ts';

export function readScores(output: string): Scores {
  const json = readJsonScores(normalised(withoutThinking(output)));
  // Where nothing was JSON, marks that NFKC would spoil are still there.
  const text = plainText(json.readings.length > 0 ? json.rest : output);
  const tables = readTables(text);
  const lines = readLines(tables.rest);
  // What is laid out for reading goes before prose, and what is said outright before what a section leads to.
  const kinds = [
    json.readings,
    tables.readings,
    lines.filter(({ isSure }) => isSure),
    lines.filter(({ isSure }) => !isSure),
  ];
  const final = beginOfFinal(text);
  const chosen = new Map(
    dimensionKeys.map((dimension) => {
      const own = kinds.map((readings) => readings.filter((reading) => reading.dimension === dimension));
      return [dimension, agreed(own.find((readings) => readings.length > 0) ?? [], final)] as const;
    }),
  );
  const scale = scaleOfBare([...chosen.values()], text);
  return byDimension((dimension: Dimension) => asScore(chosen.get(dimension) ?? null, scale));
}

/** Where the last heading stands by which a judge takes its first scores back. */
function beginOfFinal(text: string): number {
  const headings = [
    ...text.matchAll(
      /^[\s"'([]*(?:final|revised|correct(?:ed|ions?)|updated|adjusted|最终|最終|修正|修订)[^\n]{0,60}$/gimu,
    ),
  ];
  return headings.at(-1)?.index ?? -1;
}

/** The value that all places of one dimension give; those behind the final heading alone where some are. */
function agreed(readings: readonly ScoreReading[], final: number): ScoreReading['value'] {
  const last = final < 0 ? [] : readings.filter(({ at }) => at > final);
  const [first, ...others] = (last.length > 0 ? last : readings).map(({ value }) => value);
  if (!first) return null;
  return others.every((value) => value !== null && asScore(value, 5) === asScore(first, 5)) ? first : null;
}

const ten =
  /\b(?:scale|scored?|rated|ratings?|marks?)\b[^.\n]{0,40}(?:\b[01]\s*(?:-|to)\s*10\b|out\s+of\s+(?:10|ten)\b)|(?:10|十)分制|满分\s*(?:为|是|:)?\s*(?:10|十)(?!\d)/iu;
const hundred =
  /\b(?:scale|scored?|rated|ratings?)\b[^.\n]{0,40}(?:\b[01]\s*(?:-|to)\s*100\b|out\s+of\s+100\b)|百分制|100分制|满分\s*(?:为|是|:)?\s*100/iu;

/** Also one that nobody asked for. */
const otherScale = /\bscale\s*(?:of|from|is|:)?\s*(?:from\s+)?[01]\s*(?:-|to)\s*(\d{1,3}(?:\.\d+)?)(?!\s*[\p{L}%\d])/iu;

/** Of numbers without a scale: the one that the text states; ten where most of them are above five. */
function scaleOfBare(values: readonly ScoreReading['value'][], text: string): number {
  const other = otherScale.exec(text)?.[1];
  if (other !== undefined && ![5, 10, 100].includes(Number(other))) return Number(other);
  if (hundred.test(text)) return 100;
  if (ten.test(text)) return 10;
  const bare = values.flatMap((value) => (value && value.scale === null ? [value.raw] : []));
  const above = bare.filter((raw) => raw > 5);
  return 2 * above.length > bare.length && above.every((raw) => raw <= 10) ? 10 : 5;
}

function asScore(value: ScoreReading['value'], scaleOfBare: number): number | null {
  if (value === null || !Number.isFinite(value.raw)) return null;
  const scale = value.scale ?? scaleOfBare;
  if (![5, 10, 100].includes(scale)) return null;
  // Rounded where dividing leaves dust, e.g. 7.4 of 10.
  const score = Math.round((value.raw * 5e9) / scale) / 1e9;
  return score >= 0 && score <= 5 ? score : null;
}
