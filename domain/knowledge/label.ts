/** How labels are written: one spelling for comparison, and the coarser readings of a label that is not known. */

/** Trailing words that say where the lesion is, on whom, or what the picture shows; never which disease it is. */
export const circumstances: ReadonlySet<string> = new Set(
  `anus areola arm axilla axillae breast chest digit ear ext extremity face fingertip foot hand heel leg lid lip mouth nail nose
   palm penis scalp sole trunk vagina vaginal vulva upper lower adult men women generalized nos photo lesion dermoscopy dermatoscopy histology
   treatment surgery excision biopsy cryotherapy aldara 5fu sunburn interferon injection`.split(/\s+/),
);

/** Words of the inverted form ("melanoma, superficial spreading type") that carry nothing. */
const fillers: ReadonlySet<string> = new Set(['type', 'nos', 'variant', 'subtype']);

/**
 * The spelling under which labels are compared: lower case, no accents, apostrophes or punctuation, American spelling,
 * singular. "Naevi", "nevus" and "NEVUS." are one label.
 */
export function normaliseLabel(label: string): string {
  const plain = label.normalize('NFKD').replaceAll(/\p{M}/gu, '').toLowerCase();
  const words = plain
    .replaceAll(/['’`´]s\b|['’`´"]/g, '') // "Kaposi's" is "Kaposi"
    .replaceAll(/(?<!\d)\.|\.(?!\d)/g, ' ') // a decimal point stays: "0.76 mm"
    .split(/[^a-z0-9.+]+/);
  return words.filter(Boolean).map(spellWord).join(' ');
}

/** One word, in lower case and without accents, as `normaliseLabel` spells it. */
export const spellWord = (word: string): string => {
  const american = word
    .replace(/^(?:naevus|naevi|nevi|nevuses)$/, 'nevus')
    .replace('naev', 'nev')
    .replace('haem', 'hem')
    .replace('aemi', 'emi')
    .replace('leuco', 'leuko')
    .replace('tumour', 'tumor')
    .replace('oedema', 'edema')
    .replace('rrhoe', 'rrhe')
    .replace(/oses$/, 'osis')
    .replace(/itides$/, 'itis')
    .replace(/omata$/, 'oma')
    .replace(/^lentigines$/, 'lentigo')
    .replace(/metastases$/, 'metastasis');
  return american.length > 3 && /[^ious]s$/.test(american) ? american.slice(0, -1) : american;
};

/** "Beau's lines" as it is, and as file names have it: "beaus lines". */
export const possessives = (label: string): string[] => [label, label.replaceAll(/['’`´]s\b/g, 's')];

/**
 * Other writings of the same label: "nevus, balloon cell" is "balloon cell nevus", "nodular melanoma (NM)" is "nodular
 * melanoma". Normalised; no word of weight is lost.
 */
export function rewordings(label: string): string[] {
  const [head, ...rest] = splitQualifiers(label).map((part) => normaliseLabel(part));
  if (head === undefined || rest.length === 0) return [];
  const qualifiers = rest
    .filter((part) => part !== initials(head))
    .map((part) => withoutWords(part, fillers))
    .filter(Boolean);
  const orders = [
    [...qualifiers, head],
    [...qualifiers.toReversed(), head],
    [head, ...qualifiers],
  ];
  return orders.map((parts) => parts.join(' '));
}

/** Words that a label in another order may lack: "hemangioma of infancy" is "infancy hemangioma". */
const joints: ReadonlySet<string> = new Set(['of', 'the', 'a', 'an']);

/** The words of a label in code-unit order: "basal cell carcinoma nodular" and "nodular basal cell carcinoma" are one. */
export const wordsOfLabel = (label: string): string =>
  normaliseLabel(label)
    .split(' ')
    .filter((word) => !joints.has(word))
    .toSorted()
    .join(' ');

/**
 * Coarser readings of a label, finest first: without its last qualifiers (after a comma or in brackets), then without
 * trailing words for a site, a person or a picture. No other word is dropped: "nevus anemicus" is no nevus.
 */
export function coarserLabels(label: string): string[] {
  const parts = splitQualifiers(label);
  const heads = parts.slice(1).map((_, i) => parts.slice(0, parts.length - 1 - i).join(','));
  return [...heads, ...[label, ...heads].flatMap(withoutCircumstances)];
}

const splitQualifiers = (label: string): string[] => label.split(/[,()]/).filter((part) => part.trim() !== '');
const initials = (text: string): string =>
  text
    .split(' ')
    .map((word) => word.charAt(0))
    .join('');

function withoutCircumstances(label: string): string[] {
  const words = normaliseLabel(label).split(' ');
  const shorter: string[] = [];
  while (words.length > 1 && circumstances.has(words.at(-1) ?? '')) {
    words.pop();
    shorter.push(words.join(' '));
  }
  return shorter;
}

const withoutWords = (text: string, dropped: ReadonlySet<string>): string =>
  text
    .split(' ')
    .filter((word) => !dropped.has(word))
    .join(' ');
