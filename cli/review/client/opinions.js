/** What reviewers said who disagree: scores side by side, and the texts that they would have. */
import { byId, element } from '../../../activities/reporting/client/element.js';
import { openEditor, textBox } from './form.js';

/** @typedef {import('../../../domain/reviews/page.ts').ShownCase} ShownCase */

/** @param {string} key */
const nameOf = (key) => document.querySelector(`fieldset[data-key="${key}"] legend`)?.textContent ?? key;

/** @param {number | null | undefined} score */
const written = (score) => (typeof score === 'number' ? String(score) : '–');

/** @param {ShownCase} shown */
export function showOpinions({ task, opinions, apart }) {
  const section = byId('settle');
  section.hidden = task !== 'settle';
  if (section.hidden) return;
  const keys = [...document.querySelectorAll('fieldset.dimension')].map((each) => each.getAttribute('data-key') ?? '');
  const rows = keys.map((key) => {
    const name = nameOf(key);
    const scores = opinions.map(({ scores }) => written(/** @type {Record<string, number | null>} */ (scores)[key]));
    return element(
      'tr',
      { class: apart.includes(name) ? 'apart' : '' },
      element('th', { scope: 'row' }, name),
      ...scores.map((score) => element('td', {}, score)),
    );
  });
  const head = element(
    'tr',
    {},
    ...['Dimension', ...opinions.map(({ reviewer }) => reviewer)].map((each) =>
      element('th', { scope: 'col', dir: 'auto' }, each),
    ),
  );
  const table = element(
    'table',
    {},
    element('caption', {}, 'What each said. Your scores below hold for this case.'),
    element('thead', {}, head),
    element('tbody', {}, ...rows),
  );
  const box = element('div', { class: 'scroll', role: 'region', 'aria-label': 'What each said', tabindex: 0 }, table);
  byId('opinions').replaceChildren(box, ...opinions.flatMap(textsOf));
}

/** @param {ShownCase['opinions'][number]} opinion */
function textsOf({ reviewer, text, note }) {
  const parts = [];
  if (note !== null) parts.push(element('p', { class: 'facts', dir: 'auto' }, `${reviewer} notes: ${note}`));
  if (text !== null) {
    const take = element('button', { type: 'button' }, `Take the text of ${reviewer}`);
    take.addEventListener('click', () => {
      openEditor(true);
      textBox().value = text;
      textBox().dispatchEvent(new Event('input', { bubbles: true }));
    });
    parts.push(
      element('h4', {}, `Text of ${reviewer}`),
      element('div', { class: 'output panel prose', dir: 'auto' }, text),
      take,
    );
  }
  return parts;
}

/** What a settlement begins with: the mean where people are near each other. @param {ShownCase} shown @returns {Record<string, string>} */
export function agreedScores({ task, opinions, apart }) {
  if (task !== 'settle') return {};
  const keys = [...document.querySelectorAll('fieldset.dimension')].map((each) => each.getAttribute('data-key') ?? '');
  return Object.fromEntries(
    keys.flatMap((key) => {
      const scores = opinions.flatMap(({ scores }) => /** @type {Record<string, number | null>} */ (scores)[key] ?? []);
      if (apart.includes(nameOf(key)) || scores.length === 0) return [];
      return [[key, (scores.reduce((sum, score) => sum + score, 0) / scores.length).toFixed(1)]];
    }),
  );
}
