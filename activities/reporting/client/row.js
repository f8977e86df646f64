/** A row of the list: picture, item and set, the right label, and what each model that is looked at answered. */
import { pictureAddress, verdictOf } from './data.js';
import { element } from './element.js';

/** @typedef {import('./data.js').ExplorerData} ExplorerData */
/** @typedef {import('./data.js').ExplorerModel} ExplorerModel */

export const marks = { right: '✓', wrong: '✗', unread: '?', 'not asked': '–' };

/**
 * @param {ExplorerData} data
 * @param {readonly string[]} pictures
 * @param {import('./choose.js').Looking} looking
 * @param {number} item
 * @param {string} id
 */
export function drawRow(data, pictures, { model, other, reader }, item, id) {
  const address = pictureAddress(pictures[data.picture[item] ?? -1]);
  const picture = address ? element('img', { src: address, alt: '' }) : element('span', { class: 'no-picture' });
  return element(
    'div',
    { role: 'option', id, class: other ? 'row two' : 'row' },
    picture,
    element(
      'span',
      { class: 'what' },
      element('b', {}, data.labels[data.expected[item] ?? -1] ?? ''),
      element('small', {}, `${data.sets[data.set[item] ?? -1] ?? ''} · ${data.ids[item] ?? ''}`),
    ),
    answer(data, model, reader, item),
    ...(other ? [answer(data, other, reader, item)] : []),
  );
}

/** @param {ExplorerData} data @param {ExplorerModel} model @param {'strict' | 'lenient'} reader @param {number} item */
function answer(data, model, reader, item) {
  const verdict = verdictOf(model, reader, item);
  const given = data.labels[model[reader].predicted[item] ?? -1];
  const text = given ?? (verdict === 'unread' ? (data.forms[model.form[item] ?? -1] ?? 'unread') : verdict);
  return element(
    'span',
    { class: `answer ${verdict.replace(' ', '-')}` },
    element('span', { class: 'mark', 'aria-label': verdict, role: 'img' }, marks[verdict]),
    ` ${text}`,
  );
}
