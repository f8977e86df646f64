/**
 * The grammar of an answer. A passage names one option, by letter, name or both, at its start or after words that
 * announce it ("the most likely diagnosis is"); a condition may be stated anywhere. Everything clear is read, nothing
 * is guessed: another option's name or letter, a negation or a hedge of the option make it no answer. The condition
 * never costs the option; where it is hedged, negated or contradicted there is none.
 */

import { normaliseLabel } from '../../knowledge/label.ts';
import type { Malignancy } from '../../knowledge/malignancy.ts';
import type { AskedQuestion } from './asked.ts';
import { isKind, nodeOf } from './diseases.ts';
import { doubtsIn } from './doubts.ts';
import { withoutAncestors, withoutTaxonomy } from './explanations.ts';
import { type Claim, type Item, isClaim, itemsOf } from './items.ts';
import { indexPhrases, type PhraseIndex } from './names.ts';
import { announcements, bodySites, conditionNamed, conditionOf, links } from './vocabulary.ts';
import { wordsOf } from './words.ts';

/** Why a passage gives no answer. */
export const unreadablePassages = ['empty', 'no option named', 'several options', 'hedged or negated'] as const;

export type PassageReading =
  | { letter: string; malignancy: Malignancy | null; unreadable: null }
  | { letter: null; malignancy: null; unreadable: (typeof unreadablePassages)[number] };

/** A question with the index of its phrases, for several passages. */
export interface Reader {
  question: AskedQuestion;
  index: PhraseIndex;
}

/** Kept as long as the question, since a training step reads several outputs of each. */
const readers = new WeakMap<AskedQuestion, Reader>();

export function readerOf(question: AskedQuestion): Reader {
  const known = readers.get(question);
  if (known) return known;
  const reader = { question, index: indexPhrases(question) };
  readers.set(question, reader);
  return reader;
}

const none = (unreadable: (typeof unreadablePassages)[number]): PassageReading => ({
  letter: null,
  malignancy: null,
  unreadable,
});

export const passageItems = (passage: string, { question, index }: Reader): Item[] =>
  itemsOf(wordsOf(passage), question, index);

/** Reads one passage; in time proportional to its length. */
export const readPassage = (passage: string, reader: Reader): PassageReading =>
  readPassageItems(passageItems(passage, reader), reader);

export function readPassageItems(all: readonly Item[], { question }: Reader): PassageReading {
  if (all.length === 0) return none('empty');
  const disease = question.task !== 'lesion-condition';
  const at = claimIndex(all, disease);
  if (at === null) return none('no option named');
  const items = withoutAncestors(withoutTaxonomy(all, at), at, question.options);
  const chosen = chosenOption(items.filter(isClaim));
  if (typeof chosen !== 'number') return none(chosen);
  const lettered = items.some(({ kind }) => kind === 'letter');
  if (!lettered && (disease ? namesAnother(items, at) : isInSitu(items[at + 1]))) return none('no option named');
  if (offersAnother(items, lettered)) return none('several options');
  const option = question.options[chosen];
  if (!option) return none('no option named');
  if (!lettered && givesOtherDepth(items, option.label)) return none('no option named');
  const node = nodeOf(option);
  if (items.some((item) => item.kind === 'disease' && isAnother(item.node, node, lettered)))
    return none('several options');
  const doubted = doubtsIn(
    items.map((item) => (item.kind === 'disease' ? { ...item, kind: 'name', options: [chosen] } : item)),
    at,
  );
  if (doubted.has('option')) return none('hedged or negated');
  const malignancy = disease ? statedCondition(items, doubted.has('condition')) : conditionOf(option.label);
  return { letter: option.letter, malignancy, unreadable: null };
}

/**
 * The first option named at the start, or after words that announce it; null if there is none. A condition may be
 * named after a disease: "melanoma, malignant".
 */
function claimIndex(items: readonly Item[], disease: boolean): number | null {
  let introduced = true;
  for (const [i, item] of items.entries()) {
    if (isClaim(item)) {
      if (introduced || (!disease && item.kind === 'name')) return i;
    } else if (item.kind === 'superlative' || (item.kind === 'lead' && announcements.has(item.text))) {
      introduced = true;
    } else if (item.kind === 'unknown' || item.questioned) {
      introduced = false;
    }
  }
  return null;
}

/** The one option that all letters and names mean. */
function chosenOption(claims: readonly Claim[]): number | 'several options' | 'no option named' {
  let possible: readonly number[] | null = null;
  for (const claim of claims) {
    const meant: readonly number[] =
      claim.kind === 'name' ? claim.options : claim.option === null ? [] : [claim.option];
    if (meant.length === 0) return 'no option named';
    possible = possible === null ? meant : possible.filter((option) => meant.includes(option));
    if (possible.length === 0) return 'several options';
  }
  const [option, ...others] = possible ?? [];
  if (option === undefined) return 'no option named';
  return others.length === 0 ? option : 'several options';
}

/** Whether the name without a letter goes on to that of another disease: "melanoma in situ", "nevus of Ota". */
function namesAnother(items: readonly Item[], claim: number): boolean {
  for (const item of items.slice(claim + 1)) {
    if (item.before === 'clause' || item.before === 'sentence') return false;
    if (links.has(item.text) || item.kind === 'condition' || item.kind === 'alternative') return false;
    if (item.kind === 'unknown' && !bodySites.has(item.text)) return true;
  }
  return false;
}

/**
 * Whether a disease that no option names is another than the option. An ancestor explains it. A finer one is another
 * label (Eq. 7), unless a letter decides; a letter also stands for a label that the taxonomy does not know.
 */
function isAnother(disease: string, option: string | null, lettered: boolean): boolean {
  if (option === null) return !lettered;
  return !isKind(option, disease) && !(lettered && isKind(disease, option));
}

/** "melanoma (> 1.5 mm)" where the option is "melanoma (less than 0.76 mm)". */
function givesOtherDepth(items: readonly Item[], label: string): boolean {
  const words = normaliseLabel(label).split(' ');
  return (
    words.includes('mm') &&
    items.some(({ text }, i) => /^\d/.test(text) && items[i + 1]?.text === 'mm' && !words.includes(text))
  );
}

/** "melanoma or …", "melanoma / …" and, without a letter, "melanoma and …": another answer that no option names. */
const offersAnother = (items: readonly Item[], lettered: boolean): boolean =>
  items.some((item, i) => {
    const [previous, next] = [items[i - 1], items[i + 1]];
    if (!isClaim(previous) && previous?.kind !== 'disease') return false;
    if (item.kind === 'alternative') return !isClaim(next);
    if (lettered) return false;
    const joined = item.kind === 'also' || item.text === 'and';
    return (
      (joined && (next?.kind === 'unknown' || next?.kind === 'disease')) ||
      (item.before === 'slash' && item.kind === 'unknown')
    );
  });

/** The one condition that is stated, null where it is doubted, contradicted or mixed ("malignant in situ"). */
function statedCondition(items: readonly Item[], doubted: boolean): Malignancy | null {
  if (doubted) return null;
  let stated: Malignancy | null = null;
  for (const [i, item] of items.entries()) {
    if (item.kind !== 'condition') continue;
    if (stated !== null && item.condition !== stated) return null;
    stated = item.condition;
    if (isInSitu(items[i + 1]) || contradictsName(items, i)) return null;
  }
  return stated;
}

/** "benign or malignant melanoma": the name that follows a condition begins with another one. */
function contradictsName(items: readonly Item[], at: number): boolean {
  const [item, joint] = [items[at], items[at + 1]];
  const joined = joint?.kind === 'alternative' || joint?.kind === 'also' || joint?.text === 'and';
  const next = items[joined ? at + 2 : at + 1];
  if (item?.kind !== 'condition' || (next?.kind !== 'name' && next?.kind !== 'disease')) return false;
  const other = conditionNamed.get(next.text);
  return other !== undefined && other !== item.condition;
}

/** "in situ" where it does not belong to a name or a condition. */
const isInSitu = (item: Item | undefined): boolean => item?.kind === 'unknown' && item.text === 'in';
