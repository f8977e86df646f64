/** What an answer says of its option's ancestors, which may be options too. It explains the option and is no second answer. */

import type { AskedQuestion } from './asked.ts';
import { isKind, nodeOf } from './diseases.ts';
import { type Item, isClaim } from './items.ts';
import { closings, conditionNouns } from './vocabulary.ts';

/**
 * Leaves out the option's place in the taxonomy, said once, whose ancestors may be options too: "is a subtype of …".
 * A letter in it is none of the taxonomy's.
 */
export function withoutTaxonomy(items: readonly Item[], claim: number): Item[] {
  let inside = false;
  let said = false;
  return items.filter((item, i) => {
    if (i <= claim || item.kind === 'letter') return true;
    const closes = item.before === 'sentence' || (closings.has(item.text) && !isClaim(item)) || standsAlone(items, i);
    if (inside && closes) inside = false;
    if (item.kind === 'subtype') {
      inside = !said;
      said = true;
    }
    return !inside || saysCondition(items, i);
  });
}

/** "a type of malignant tumor": only words for any lesion follow the condition, not an ancestor's name. */
function saysCondition(items: readonly Item[], at: number): boolean {
  const rest = items.slice(at + 1);
  const end = rest.findIndex(({ text, before }) => before !== 'none' || !(conditionNouns.has(text) || text === 'skin'));
  return items[at]?.kind === 'condition' && end !== 0 && rest.length > 0 && rest[end]?.before !== 'none';
}

/**
 * Leaves out offered ancestors of the option that explain it: "(a melanocytic lesion)", "which is a benign melanocytic
 * nevus". Without the article they are answers of their own.
 */
export function withoutAncestors(items: readonly Item[], claim: number, options: AskedQuestion['options']): Item[] {
  const nodeAt = (item: Item | undefined): string | null => {
    if (!isClaim(item)) return null;
    const named = item.kind === 'letter' ? [item.option] : item.options;
    const option = named.length === 1 ? options[named[0] ?? -1] : undefined;
    return option ? nodeOf(option) : null;
  };
  const node = nodeAt(items[claim]);
  return items.filter((item, i) => {
    const other = i > claim && item.kind === 'name' ? nodeAt(item) : null;
    if (node === null || other === null || other === node || !isKind(node, other)) return true;
    const at = items[i - 1]?.kind === 'condition' ? i - 2 : i - 1;
    const [article, before] = [items[at], items[at - 1]];
    const explains = article?.before === 'clause' || before?.text === 'is';
    return !(explains && item.before === 'none' && (article?.text === 'a' || article?.text === 'an'));
  });
}

/** A condition between commas or brackets; that of an ancestor, "benign follicular tumor", is followed by its name. */
function standsAlone(items: readonly Item[], at: number): boolean {
  const [item, next] = [items[at], items[at + 1]];
  return item?.kind === 'condition' && item.before === 'clause' && next?.before !== 'none';
}
