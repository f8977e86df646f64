/**
 * The words of an answer that are neither an option's name nor its letter. All others are unknown: they may stand beside
 * an answer, never inside it.
 */

import { circumstances, normaliseLabel } from '../../knowledge/label.ts';
import { type Malignancy, malignancies } from '../../knowledge/malignancy.ts';

/**
 * `lead`: may stand before the option and around it. `heading`: "condition", of which a hedge speaks. `superlative`:
 * "most likely", a hedge of a condition, but of an option the prompt's own words (P3: the single most likely one).
 * `subtype`: begins the option's place in the taxonomy.
 */
export type WordKind =
  | 'lead'
  | 'heading'
  | 'superlative'
  | 'hedge'
  | 'negation'
  | 'alternative'
  | 'also'
  | 'subtype'
  | 'unknown';

const listed = (text: string): string[] => text.split(',').map((phrase) => normaliseLabel(phrase));
const setOf = (text: string): ReadonlySet<string> => new Set(listed(text));

const linking = `is, are, was, which, that, because, due, based, since, as, given, considered, deemed, being, classified,
  classed, regarded, characterized, characterised, categorized, categorised, graded, therefore, thus, hence, has, have,
  show, showing, confidence, so, and, but, however`;
const announcing = `answer, option, choice, choose, chose, pick, select, selected, diagnosis, diagnosed, dx, impression,
  conclusion, conclude, correspond, corresponding, indicate, indicating, represent, identified, identify, prediction,
  predict, predicted, therefore, thus, hence, overall, respuesta, reponse, antwort, risposta, resposta, opcion,
  diagnose, diagnostic, diagnostico, diagnosi`;
const closing = 'classified, classed, considered, regarded, categorized, categorised, is, are, which, condition';
const nouns = `lesion, tumor, growth, neoplasm, neoplasia, disease, disorder, cancer, process, proliferation, entity`;

const opening = 'because, since, due, given, based, which, that, with, and, but, however';
const following = `final, correct, best, single, primary, main, type, kind, diagnosis, clinical, dermoscopic, skin, specific,
  feature, picture, photo, photograph, case, common, typical, classic, classical, variant, subtype, form, definite, high,
  strongly, highly, label, letter, name, class, category, choice, prediction, conclusion, result, response, known, very,
  dermatological, dermatologic, likely, possible, probable, potential, presumed, suspected, borderline, differential, well,
  biological, suitable, right, fine, family, condition, malignancy`;
const sites = `back, cheek, forehead, neck, shoulder, forearm, thigh, abdomen, ankle, wrist, knee, elbow, finger, toe, thumb,
  temple, chin, body, hip, buttock, calf, shin, eyelid, head, region, area, site, skin`;

/** What a condition is said of: "a malignant lesion". */
export const conditionNouns = setOf(nouns);
/** Begin a clause about what was named: "melanoma because …". */
export const links = setOf(linking);
/** Begin a clause of their own, in which a doubt speaks of what is there: "B because it is not symmetric". */
export const openings = setOf(opening);
/** What a letter belongs to that stands behind it: "vitamin D". */
export const lettered: ReadonlySet<string> = setOf(
  'vitamin, hepatitis, group, grade, stage, type, class, level, factor, strain, pattern, figure, panel, phototype',
);
/** Known words that the article "a" may precede. Before another ("A but …") it is the letter. */
export const articleFollowers: ReadonlySet<string> = new Set([...setOf(following), ...conditionNouns]);
/** Where a lesion is; never which one it is. */
export const bodySites: ReadonlySet<string> = new Set([...circumstances, ...listed(sites)]);
/** Say that the option follows: "the answer is …", "corresponds to …". */
export const announcements = setOf(announcing);
/** End the option's place in the taxonomy: "…, and is generally classified as malignant". */
export const closings = setOf(closing);

/** Doubts in the languages of Latin script that models fall into: a name is the same word there, a denial is not. */
const foreign = {
  superlative: `am wahrscheinlichsten, wahrscheinlichste, wahrscheinlichsten, le plus probable, la plus probable,
    plus vraisemblable, mas probable, piu probabile, mais provavel`,
  hedge: `wahrscheinlich, moglich, moglicherweise, vermutlich, mutmasslich, eventuell, vielleicht, verdacht, eher,
    probablement, peut etre, possiblement, plutot, vraisemblablement, soupcon, posible, posiblemente, probablemente,
    quizas, quiza, sospecha, forse, probabile, probabilmente, possibile, sospetto, possivel, provavel, provavelmente,
    talvez, oder, ou, oppure`,
  negation: `nicht, weder, statt, anstatt, ausgeschlossen, unwahrscheinlich, pas, ni, jamais, exclu, exclue, peu probable,
    improbable, descartado, excluido, poco probable, escluso, esclusa, improbabile, poco probabile, nao, improvavel,
    pouco provavel`,
  without: `kein, keine, keinen, keinem, keiner, keines, ohne, aucun, aucune, sans, ningun, ninguna, sin, nessun,
    nessuna, senza, nenhum, nenhuma, sem`,
} as const;
/** Deny what follows them alone: "Melanom ohne Ulzeration". */
export const foreignWithout: ReadonlySet<string> = setOf(foreign.without);

const phrases: Record<WordKind, string> = {
  lead: `${linking}, ${announcing}, ${closing}, ${nouns}, the, a, an, my, our, final, correct, best, right, single, chosen,
    appropriate, suitable, fitting, fits, matching, match, i, we, you, would, will, should, can, been, be, do, does,
    did, to, this, these, it, its, here, there, of, in, on, at, for, from, by, type, kind, most, image, picture, photo,
    photograph, shown, seen, present, presented, provided, clinical, dermoscopic, dermatological, dermatologic, primary,
    main, abnormality, feature, finding, appearance, evidence, analysis, observation, question, following, above, all,
    among, what, skin, fine grained, fine, grained, specific, boxed, json, assistant, response, output, result, name,
    label, letter, class, category, generally, usually, typically, commonly, normally, clearly, definitely, certainly,
    certain, sure, confident, high, ok, okay, yes, well, very, strongly, highly, also, definitive, definite, confirmed,
    most consistent with, consistent with, compatible with, in keeping with, nature, case, left, right, now, known,
    support, think, believe, am, biological, biologic, reveal, demonstrate, depict, display, read,
    follow, only, than, with, say, id, ill, im, ive, go, going, opt, vote, nos, e g, i e, then, next, first,
    second, finally, after, before, even, too, over, more, including, include, containing, subtype, variant, common, typical,
    classic, classical, not otherwise specified, differential diagnosis`,
  heading: 'condition, malignancy, malignancy status, status, behavior, behaviour, prognosis, dignity',
  superlative: `most likely, most probable, most probably, most plausible, likeliest, ${foreign.superlative}`,
  hedge: `likely, probably, probable, possible, possibly, plausible, plausibly, presumably, presumed, presumptive,
    suspected, suspicious, suspect, suspicion, suggestive, suggest, suggesting, maybe, perhaps, might, may, could,
    potentially, potential, appear, appearing, looking, look, seem, seemingly, apparently, unclear, uncertain,
    uncertainty, unsure, unknown, undetermined, undefined, indeterminate, inconclusive, equivocal, borderline,
    questionable, rule out, r o, sometimes, often, occasionally, mostly, mainly, tend, either, guess, if, unless,
    whether, resembling, resemble, like, mimic, mimicking, arguably, low confidence, more likely, less likely,
    not certain, not sure, not confirmed, not definite, concerning for, favor, favored, cannot be determined, n a, both, between, ${foreign.hedge}`,
  negation: `not, no, non, never, without, neither, nor, cannot, cant, isnt, wasnt, arent, doesnt, dont, wont, unlikely,
    excluded, exclude, excluding, ruled out, against, instead, rather, absent, negative, denied, except, other than,
    unlike, incorrect, wrong, false, lack, lacking, least likely, rejected, improbable,
    discarded, absence, free of, anything but, everything but, ${foreign.negation}, ${foreign.without}`,
  alternative: 'or, versus, vs, and or, otherwise, alternatively',
  also: 'plus, along with, together with, as well as, in addition to',
  subtype: `subtype of, sub type of, subclass of, subcategory of, subset of, subgroup of, variant of, variety of,
    type of, form of, kind of, class of, member of, belong to, belonging to, family, category of, branch of, taxonomy,
    fall under, fall within, falling under, descendant of, child of`,
  unknown: `in situ, differential diagnosis include, differential diagnosis including, differential diagnosis of,
    differential diagnosis for, differential, secondary diagnosis`,
};

const conditions: Record<Malignancy, string> = {
  benign: 'benign',
  malignant: 'malignant',
  precancerous_in_situ: `precancerous in situ, pre cancerous in situ, premalignant in situ, pre malignant in situ,
    precancerous, pre cancerous, premalignant, pre malignant, precancer, precanceroses`,
};

/** Every writing of Eq. 8's three values that is clear, normalised. */
export const conditionWritings: Record<Malignancy, string[]> = {
  benign: listed(conditions.benign),
  malignant: listed(conditions.malignant),
  precancerous_in_situ: listed(conditions.precancerous_in_situ),
};

/** The condition that a normalised phrase names. */
export const conditionNamed: ReadonlyMap<string, Malignancy> = new Map(
  malignancies.flatMap((condition) => conditionWritings[condition].map((phrase) => [phrase, condition] as const)),
);

/** The condition that a label names, as a lesion-condition question's options do; null for another label. */
export const conditionOf = (label: string): Malignancy | null => conditionNamed.get(normaliseLabel(label)) ?? null;

/** What each phrase is, normalised; one that stands under several kinds is of the last. */
export const vocabulary: ReadonlyMap<string, WordKind> = new Map(
  (Object.keys(phrases) as WordKind[]) // a record of all kinds has no other keys
    .flatMap((kind) => listed(phrases[kind]).map((phrase) => [phrase, kind] as const)),
);

/** What a run of another script says, as far as Chinese models fall back to it; "最可能" is "most likely". */
export function foreignKind(text: string): WordKind {
  if (/恶性|良性|癌前|原位/.test(text)) return 'heading';
  const plain = text.replaceAll(/最有?可能(?:的|是)?|非常/g, '');
  if (/不是|并非|非|排除|不像|否/.test(plain)) return 'negation';
  if (/可能|疑似|怀疑|或|也许|大概|不确定|还是/.test(plain)) return 'hedge';
  return 'lead';
}
