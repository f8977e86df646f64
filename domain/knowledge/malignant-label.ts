/** Whether a label that became no case names a malignant disease: such a loss is reported before all others. */
import { normaliseLabel } from './label.ts';
import type { Taxonomy } from './taxonomy.ts';

/** Words that say so whatever the taxonomy knows of the disease; file names glue others to them ("melanomaleg"). */
const malignantWord =
  /^(?:\w*(?:carcinoma|sarcoma)\w*|(?:melanoma|lymphoma|leukemi|metasta|malignan|bcc|scc)\w*|epithelioma|cancer)$/;

/**
 * A test of labels for the name of a malignant, precancerous or in situ disease within them ("melanoma mimic", "BCC
 * before surgery"). A false alarm does no harm: the label is only shown earlier.
 */
export function createMalignantNames(taxonomy: Taxonomy): (label: string) => boolean {
  const names = new Set(
    taxonomy.names
      .filter((name) => ['malignant', 'precancerous_in_situ'].includes(taxonomy.malignancy(name) ?? ''))
      .flatMap((name) => [name, ...taxonomy.synonyms(name)])
      .map(normaliseLabel),
  );
  return (label) => {
    const words = normaliseLabel(label).split(' ');
    const runs = words.flatMap((_, from) =>
      words.slice(from).map((__, i) => words.slice(from, from + i + 1).join(' ')),
    );
    return words.some((word) => malignantWord.test(word)) || runs.some((run) => names.has(run));
  };
}
