/** What was typed and not saved, kept in this browser by set, reviewer and case. */

/** @typedef {{ scores: Record<string, string>, text: string | null, note: string }} Draft */

/** Names what is reviewed. */
const prefix = () => `dermflow-review/${document.getElementById('review')?.dataset.set ?? ''}/`;

/** @param {string} reviewer @param {string} id */
const keyOf = (reviewer, id) => `${prefix()}${reviewer.toLowerCase()}/${id}`;

/** A full or forbidden store is no reason to stop anybody. @param {() => void} work */
function attempt(work) {
  try {
    work();
  } catch {
    // the text stands on the page still
  }
}

/** @param {string} reviewer @param {string} id @returns {Draft | null} */
export function readDraft(reviewer, id) {
  try {
    const draft = JSON.parse(localStorage.getItem(keyOf(reviewer, id)) ?? 'null');
    return draft && typeof draft === 'object' && typeof draft.scores === 'object' ? draft : null;
  } catch {
    return null;
  }
}

/** @param {string} reviewer @param {string} id @param {Draft} draft */
export const keepDraft = (reviewer, id, draft) =>
  attempt(() => localStorage.setItem(keyOf(reviewer, id), JSON.stringify(draft)));

/** @param {string} reviewer @param {string} id */
export const dropDraft = (reviewer, id) => attempt(() => localStorage.removeItem(keyOf(reviewer, id)));

/** The case that the reviewer was at, so that a refresh shows it again. @param {string} reviewer @param {string | null} id */
export const keepPlace = (reviewer, id) =>
  attempt(() => sessionStorage.setItem(`${prefix()}place/${reviewer.toLowerCase()}`, id ?? ''));

/** @param {string} reviewer @returns {string} empty where none is known */
export function readPlace(reviewer) {
  try {
    return sessionStorage.getItem(`${prefix()}place/${reviewer.toLowerCase()}`) ?? '';
  } catch {
    return '';
  }
}

/** Cases that were judged in this tab, the last one at the end. @param {string} reviewer @param {string[]} ids */
export const keepBefore = (reviewer, ids) =>
  attempt(() => sessionStorage.setItem(`${prefix()}before/${reviewer.toLowerCase()}`, JSON.stringify(ids)));

/** @param {string} reviewer @returns {string[]} */
export function readBefore(reviewer) {
  try {
    const ids = JSON.parse(sessionStorage.getItem(`${prefix()}before/${reviewer.toLowerCase()}`) ?? '[]');
    return Array.isArray(ids) ? ids.filter((id) => typeof id === 'string') : [];
  } catch {
    return [];
  }
}

/** Of this tab: several people may share a browser. */
export function readName() {
  try {
    return sessionStorage.getItem('dermflow-review/name') ?? '';
  } catch {
    return '';
  }
}

/** @param {string} name */
export const keepName = (name) => attempt(() => sessionStorage.setItem('dermflow-review/name', name));

/**
 * A draft on its way to another address, at which this browser keeps nothing: behind the #, which no server sees.
 *
 * @param {string} address @param {string} reviewer @param {string} id @param {Draft} draft
 */
export const addressWith = (address, reviewer, id, draft) =>
  `${address.split('#')[0]}#${new URLSearchParams({ draft: JSON.stringify({ reviewer, id, draft }) })}`;

/** Takes over what came behind the #. */
export function takeCarried() {
  const carried = new URLSearchParams(location.hash.slice(1)).get('draft');
  if (carried === null) return;
  history.replaceState(null, '', location.pathname);
  try {
    const { reviewer, id, draft } = JSON.parse(carried);
    if (typeof reviewer !== 'string' || typeof id !== 'string') return;
    keepDraft(reviewer, id, draft);
    keepName(reviewer);
    keepPlace(reviewer, id);
  } catch {
    // somebody else's #
  }
}
