/** What a label that the taxonomy does not know may have meant: a help for its author, never taken for the label. */
import { distance } from 'fastest-levenshtein';
import type { Knowledge } from '../../../domain/knowledge/knowledge.ts';
import { normaliseLabel } from '../../../domain/knowledge/label.ts';

const shown = 3;
/** Slips of a quarter of the letters are still the same word. */
const slips = 0.25;

/** Names of the taxonomy that differ by a slip, or that stand within the label or hold it, nearest first. */
export function nearNames(label: string, { taxonomy }: Knowledge): string[] {
  const wanted = normaliseLabel(label);
  if (wanted === '') return [];
  return taxonomy.names
    .map((name) => ({ name, far: farness(wanted, normaliseLabel(name)) }))
    .filter(({ far }) => far <= 1)
    .toSorted((a, b) => a.far - b.far || (a.name < b.name ? -1 : 1))
    .slice(0, shown)
    .map(({ name }) => name);
}

/** 0 for the same, up to 1 for near, more for others. */
function farness(a: string, b: string): number {
  const length = Math.max(a.length, b.length);
  const slipped = distance(a, b) / (length * slips);
  return slipped > 1 && (holds(a, b) || holds(b, a)) ? 1 : slipped;
}

const holds = (whole: string, part: string): boolean => ` ${whole} `.includes(` ${part} `);
