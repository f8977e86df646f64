/**
 * Words that decline a diagnosis without refusing: "a diagnosis cannot be determined", "not evaluable". What cannot be
 * said of a finding ("the border cannot be assessed") or excluded ("melanoma cannot be excluded") is medicine, no abstention.
 */

import { folded } from './folded.ts';

const cannot = `(?:cannot|can not|can't|could not|couldn't|may not|is not able to|are not able to)`;
const given =
  '(?:determined|made|given|established|reached|rendered|provided|offered|confirmed|ascertained|inferred|drawn|concluded|stated|assigned|formulated|identified|named|specified|settled|decided|pinned down|derived|deduced|evaluated|assessed)';
const give =
  '(?:determine|make|give|establish|reach|render|provide|offer|confirm|ascertain|infer|draw|conclude|state|assign|formulate|identify|name|specify|arrive at|come to|decide (?:on|upon)|commit to|settle on|derive|deduce|pin down|issue|propose|suggest)';
const kind = String.raw`(?:(?:single|specific|definitive|definite|firm|final|clear|certain|reliable|conclusive|confident|accurate|precise|exact|meaningful|proper|particular|clinical|dermatological|dermatologic|medical|unequivocal|likely|valid|safe|underlying|most likely|probable|correct)[\s,]+(?:and |or )?){0,3}`;
const diagnosis = '(?:diagnos[ei]s|disease|condition|disorder|entity)';
const article = '(?:a|an|any|the|one|its|this|that)';
const subject = `(?:${article} )?${kind}${diagnosis}`;
/** The picture as a whole, or the lesion; a finding of it is no such subject. */
const whole = '(?:(?:the|this) )?(?:image|picture|photo(?:graph)?|lesion|case|rash|eruption|it|skin)';
const evaluable =
  '(?:evaluable|evaluatable|assessable|interpretable|gradable|gradeable|diagnosable|classifiable|determinable|diagnostic)';
const open =
  '(?:uncertain|unclear|undetermined|indeterminate|unknown|open|inconclusive|elusive|deferred|withheld|impossible|undecided|unresolved|unestablished|pending|speculative|not (?:possible|clear|certain|known|determined|established|made|given|determinable|evident|apparent))';
const unable =
  '(?:unable|impossible|not possible|not able|not feasible|insufficient|too (?:blurr?ed|blurry|dark|unclear|poor|unspecific|nonspecific))';

/** For text in lower case with plain apostrophes and single spaces. */
const patterns: readonly RegExp[] = [
  String.raw`\b(?:not|non|un)[\s-]?${evaluable}\b`,
  String.raw`\b${subject} ${cannot} (?:yet |reliably |safely |confidently |be safely |therefore |thus )*be (?:\w+ly )?${given}\b`,
  String.raw`\b(?:${article} )?${kind}diagnos[ei]s (?:is|was|are|remains?|stays?|must remain|has to remain|must be|has to be|is left|is best left) (?:still |currently |therefore |thus |\w+ly )?${open}\b`,
  String.raw`\bno ${kind}${diagnosis} (?:can|could|may|is|was|has been|will be|emerges?|stands out|seems|appears|fits|applies)\b`,
  String.raw`\b(?:there is|i have|i see|i offer|i give|gives?|giving|allows?|permits?|supports?|yields?|offers?|reach(?:es)?|with|leads? to) no ${kind}${diagnosis}\b(?! but\b)`,
  String.raw`\b${cannot} (?:reliably |safely |confidently |yet |\w+ly )?${give} ${subject}\b`,
  String.raw`\b${cannot} (?:reliably |safely |confidently |\w+ly )?(?:diagnose|classify|evaluate|assess|interpret|grade) (?:${whole}|from|on|by|based|reliably|it\b|$)`,
  String.raw`\b(?:^|${whole} )${cannot} be (?:\w+ly )?(?:evaluated|assessed|interpreted|graded|diagnosed|classified|determined|judged)\b`,
  String.raw`(?:^|[.;:!?] )(?:so |therefore,? |thus,? )?(?:it )?${cannot} be (?:\w+ly )?(?:evaluated|assessed|interpreted|graded|diagnosed|classified|determined|judged)\b`,
  String.raw`(?:^|[.;:!?] )${whole} [^.;:!?]{0,60}? (?:and|so|which|that|hence) (?:it )?${cannot} be (?:\w+ly )?(?:evaluated|assessed|interpreted|graded|diagnosed|classified|judged)\b`,
  String.raw`\b${unable}(?:[^.;!?]{0,60}?) (?:to|for)(?: \w+ly)? (?:(?:${give}|allow|permit|support) )?(?:of )?${subject}\b`,
  String.raw`\b${unable} to (?:\w+ly )?(?:diagnose|classify|evaluate|assess|interpret|grade|determine|tell|say)(?: ${whole}| from| based| which| what|[.,;]|$)`,
  String.raw`\b(?:not enough|insufficient|inadequate|too little) (?:information|evidence|detail|details|data|findings|features|quality|image quality|context)\b`,
  String.raw`\b(?:no|without) (?:basis|grounds) for ${subject}\b`,
  // As an entry, or as a sentence of its own
  String.raw`(?:^|[.;:!?] )(?:n\/?a|none|unknown|unclear|undetermined|indeterminate|inconclusive|uncertain|unspecified|nonspecific|cannot say|can't say|no answer|no idea|abstain(?:ed|s)?|i abstain|deferred|not sure|not known|not possible|undecided)(?: diagnosis| condition)?(?=$|[.;!?])`,
  String.raw`\bi abstain\b`,
  // Other languages that models fall into
  String.raw`\bnicht (?:beurteilbar|auswertbar|bestimmbar|diagnostizierbar)\b|\bkeine (?:\w+ )?diagnose (?:möglich|stellbar)\b`,
  String.raw`\bnon (?:évaluable|interprétable|valutabile|interpretabile|diagnosticabile)\b|\bdiagnostic (?:impossible|indéterminé)\b`,
  String.raw`\bno (?:evaluable|interpretable|valorable|diagnosticable)\b|\bdiagnóstico (?:indeterminado|imposible|impossível)\b|\bnão (?:avaliável|interpretável)\b`,
  `(?:无法|無法|不能|难以|難以)(?:评估|評估|确定|確定|判断|判斷|诊断|診斷|明确|明確|确诊|確診)|不可(?:评估|評估)|(?:诊断|診斷)(?:不明|未明)`,
].map((source) => new RegExp(source, 'u'));

/** Whether a text says, anywhere, that it gives no diagnosis. */
export const abstains = (text: string): boolean => {
  const words = folded(text.replaceAll(/[*_"“”]+/g, '')); // without emphasis and quotes
  return patterns.some((pattern) => pattern.test(words));
};
