/** Fills the page in: a case, how far everybody is, what is said to the reviewer. */
import { byId, element } from '../../../activities/reporting/client/element.js';
import { readDraft } from './drafts.js';
import { fillForm } from './form.js';
import { agreedScores, showOpinions } from './opinions.js';

/** @typedef {import('../../../domain/reviews/page.ts').ShownCase} ShownCase */
/** @typedef {import('../../../domain/reviews/page.ts').PageState} PageState */

/** @param {string} words */
export const say = (words) => {
  byId('said').textContent = words;
};
/** @param {...(Node | string)} parts */
export const alertOf = (...parts) =>
  byId('alert').replaceChildren(...parts.map((part) => (typeof part === 'string' ? element('p', {}, part) : part)));

/** @param {PageState} state @returns {number} all cases */
const allOf = ({ counts }) => counts.open + counts.disagreed + counts.skipped + counts.certified;

/** @param {PageState} state @param {boolean} maySettle */
export function showState(state, maySettle) {
  const { counts, own, closed } = state;
  const more = [
    ...(counts.disagreed > 0 ? [`${counts.disagreed} to settle`] : []),
    ...(counts.skipped > 0 ? [`${counts.skipped} skipped`] : []),
  ];
  byId('progress').textContent = [`${counts.certified} of ${allOf(state)} certified`, ...more].join(', ');
  byId('own').textContent = `${own.judged} judged, ${own.left} left for you`;
  byId('settle-first').hidden = counts.disagreed === 0 || !maySettle;
  // Said once: what is written again is read out again.
  if (closed !== null && byId('alert').textContent !== closed) alertOf(closed);
}

/** @param {PageState} state */
export function showNothing(state) {
  const { counts, closed } = state;
  const wait = counts.open > 0 ? `${counts.open} of ${allOf(state)} wait for other reviewers` : 'All are reviewed';
  byId('nothing-why').textContent = closed ?? `${wait}; ${counts.certified} are certified.`;
}

/** @param {ShownCase} found @param {string} reviewer */
export function showCase(found, reviewer) {
  const { own, task } = found;
  byId('case-title').textContent =
    task === 'settle' ? 'Settle this case' : own ? 'Judge this case again' : 'Judge this case';
  byId('diagnosis').textContent = found.diagnosis;
  byId('source').textContent = found.source;
  byId('case-id').textContent = found.id;
  byId('narrative').textContent = found.text;
  showPicture(found.picture);
  byId('save').textContent = task === 'settle' ? 'Settle and next' : 'Save and next';
  byId('skip').hidden = task === 'settle';
  showOpinions(found);
  const known = task === 'judge' && own ? own : null;
  const scores = Object.entries(known?.scores ?? {}).flatMap(([key, score]) =>
    score === null ? [] : [[key, String(score)]],
  );
  const draft = readDraft(reviewer, found.id);
  fillForm(
    draft ?? {
      scores: known ? Object.fromEntries(scores) : agreedScores(found),
      text: known?.text ?? null,
      note: known?.note ?? '',
    },
    found.text,
  );
  if (draft) say('What you typed here before is back.');
}

/** Another element each time: one that loads goes on to show its picture before, which is of another case. @param {string} path */
function showPicture(path) {
  const picture = element('img', { id: 'picture', alt: 'The picture of this case' });
  picture.addEventListener('error', () =>
    alertOf(
      'The picture of this case cannot be shown. Do not score what you cannot see: reload the page, or skip the case.',
    ),
  );
  picture.setAttribute('src', path);
  byId('picture').replaceWith(picture);
}
