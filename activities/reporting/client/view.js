/** What is shown: it stands in the address after `#explore?`, so that a link leads to the same items. */

/**
 * @typedef {object} View
 * @property {string} q words that id, answer or output must contain
 * @property {string} set
 * @property {string} class the right label
 * @property {string} given the label that was given
 * @property {string} verdict
 * @property {string} form why the strict reader read nothing
 * @property {string} attribute `name:value`
 * @property {string} group patient or lesion
 * @property {string} reader
 * @property {string} model label of the model that is looked at
 * @property {string} other label of the model that it is compared with
 * @property {string} change
 * @property {string} sort
 * @property {string} item id of the chosen item
 */

/** @type {View} */
export const everything = {
  ...{ q: '', set: '', class: '', given: '', verdict: '', form: '', attribute: '', group: '' },
  ...{ reader: '', model: '', other: '', change: '', sort: '', item: '' },
};
const prefix = '#explore?';

/** Null where the address names another place of the page. @param {string} hash @returns {View | null} */
export function readHash(hash) {
  if (!hash.startsWith(prefix)) return null;
  const given = new URLSearchParams(hash.slice(prefix.length));
  const known = Object.keys(everything).map((name) => [name, given.get(name) ?? '']);
  return /** @type {View} */ (Object.fromEntries(known)); // the same names
}

/** @param {View} view */
export function writeHash(view) {
  const set = Object.entries(view).filter(([, value]) => value !== '');
  return prefix + new URLSearchParams(set).toString();
}
