/**
 * A rule that answers without the image, from the options' labels alone: what a score must exceed before it says
 * anything about looking.
 */
import type { Taxonomy } from '../knowledge/taxonomy.ts';
import type { Option, Question } from '../questions/question.ts';

/** Offers as many as this of the coarser estimate are added to those of a finer one. */
const strength = 4;

interface Count {
  offered: number;
  right: number;
}

/**
 * Learns from training questions of each task how often a label is right when it is offered, and how that depends on
 * whether an ancestor or a descendant of it is offered beside it. A label that training never offered counts as any
 * other in its place. Of equal ones the first is taken.
 *
 * @returns from a question to the letter of an option; a task without training questions is answered by the first one
 */
export function fitTextOnly(training: Iterable<Question>, taxonomy: Taxonomy): (question: Question) => string {
  const counts = new Map<string, Count>();
  for (const question of training) {
    for (const option of question.options) {
      for (const key of keysOf(option, question, taxonomy)) {
        const count = counts.get(key) ?? { offered: 0, right: 0 };
        count.offered += 1;
        count.right += Number(option.letter === question.answer);
        counts.set(key, count);
      }
    }
  }
  const score = (option: Option, question: Question): number =>
    keysOf(option, question, taxonomy).reduce((coarser, key) => {
      const { offered, right } = counts.get(key) ?? { offered: 0, right: 0 };
      return (right + strength * coarser) / (offered + strength);
    }, 0);
  return (question) => {
    const scored = question.options.map((option) => ({ option, score: score(option, question) }));
    return scored.reduce((best, own) => (own.score > best.score ? own : best)).option.letter;
  };
}

/** What the rule knows of an option, from coarse to fine: its task, its place among the others, its label there. */
function keysOf({ label }: Option, { task, options }: Question, taxonomy: Taxonomy): string[] {
  const place = task === 'lesion-condition' ? '' : placeOf(label, options, taxonomy);
  return [task, `${task}/${place}`, `${task}/${place}/${label}`];
}

function placeOf(label: string, options: readonly Option[], taxonomy: Taxonomy): string {
  const below = options.some((other) => taxonomy.isBelow(label, other.label));
  const above = options.some((other) => taxonomy.isBelow(other.label, label));
  return `${below ? 'below one' : ''}${above ? 'above one' : ''}`;
}
