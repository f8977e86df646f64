/** One item: picture, question, both readers, rewards and the whole output of each model that is looked at. */
import { pictureAddress, verdictOf } from './data.js';
import { byId, element } from './element.js';
import { marks } from './row.js';

/** @typedef {import('./data.js').ExplorerData} ExplorerData */
/** @typedef {import('./data.js').ExplorerModel} ExplorerModel */

/**
 * @param {ExplorerData} data
 * @param {readonly string[]} pictures
 * @param {import('./choose.js').Looking} looking
 * @param {number | null} item
 * @param {(change: Partial<import('./view.js').View>) => void} onChange
 */
export function showDetail(data, pictures, { model, other }, item, onChange) {
  const place = byId('explorer-item');
  if (item === null) {
    place.replaceChildren(element('p', { class: 'byline' }, 'No item is chosen. j and k go through the list.'));
    return;
  }
  const id = data.ids[item] ?? '';
  const address = pictureAddress(pictures[data.picture[item] ?? -1]);
  const group = data.groups[data.group[item] ?? -1] ?? '';
  const sameGroup = element('button', { type: 'button', class: 'plain' }, group);
  sameGroup.addEventListener('click', () => onChange({ group }));
  const facts = [
    ['Set', data.sets[data.set[item] ?? -1] ?? ''],
    ['Group', sameGroup],
    ...data.attributes.flatMap(({ name, values, place: places }) => {
      const value = values[places[item] ?? -1];
      return value === undefined ? [] : [[name, value]];
    }),
    ['Right label', data.labels[data.expected[item] ?? -1] ?? ''],
  ];
  const back = element('button', { type: 'button', class: 'only-narrow' }, 'Back to the list');
  back.addEventListener('click', () => {
    byId('explorer-list').focus();
    byId('explorer').scrollIntoView();
  });
  place.replaceChildren(
    back,
    element('h3', { id: 'explorer-title', tabindex: -1 }, id),
    ...(address ? [element('img', { src: address, alt: `Picture of ${id}` })] : []),
    element(
      'dl',
      { class: 'pairs' },
      ...facts.flatMap(([name = '', value = '']) => [dt(name), element('dd', {}, value)]),
    ),
    ...optionList(data, model, other, item),
    ...[model, ...(other ? [other] : [])].flatMap((each) => answerOf(data, each, item)),
    ...question(data, item),
  );
}

/** @param {string | Node} text */
const dt = (text) => element('dt', {}, text);

/** @param {ExplorerData} data @param {ExplorerModel} model @param {ExplorerModel | null} other @param {number} item */
function optionList(data, model, other, item) {
  const list = data.optionLists[data.options[item] ?? -1] ?? [];
  if (list.length === 0) return [];
  const expected = data.labels[data.expected[item] ?? -1];
  return [
    element(
      'ul',
      { class: 'options' },
      ...list.map(([letter, label]) => {
        const givenBy = [model, ...(other ? [other] : [])]
          .filter((each) => data.labels[each[each.reader].predicted[item] ?? -1] === label)
          .map((each) => each.label);
        const notes = [...(label === expected ? ['right'] : []), ...givenBy.map((name) => `answer of ${name}`)];
        return element(
          'li',
          { class: label === expected ? 'right' : '' },
          element('b', {}, letter),
          ` ${label} `,
          ...(notes.length > 0 ? [element('em', {}, notes.join(', '))] : []),
        );
      }),
    ),
  ];
}

/** @param {ExplorerData} data @param {ExplorerModel} model @param {number} item */
function answerOf(data, model, item) {
  const output = data.outputs[model.output[item] ?? -1];
  if (output === undefined) return [element('h4', {}, model.label), element('p', { class: 'facts' }, 'Was not asked.')];
  const form = data.forms[model.form[item] ?? -1];
  const condition = model.condition[item] ?? -1;
  const parts = data.rewards[model.reward[item] ?? -1];
  return [
    element('h4', {}, model.label),
    element(
      'p',
      { class: 'facts' },
      ...readerNames.flatMap((reader, i) => {
        const verdict = verdictOf(model, reader, item);
        const given = data.labels[model[reader].predicted[item] ?? -1];
        const why = reader === 'strict' && form !== undefined ? ` (${form})` : '';
        return [
          `${i > 0 ? ' · ' : ''}${reader} reader: `,
          element('b', { class: `verdict ${verdict}` }, `${marks[verdict]} ${given ?? 'unread'}${why}`),
        ];
      }),
    ),
    ...(condition < 0
      ? []
      : [element('p', { class: 'facts' }, `Lesion condition stated: ${condition === 1 ? 'right' : 'wrong'}`)]),
    ...(parts ? [element('p', { class: 'facts' }, rewardText(parts))] : []),
    element('div', { class: 'output' }, output),
  ];
}

/** @type {('strict' | 'lenient')[]} */
const readerNames = ['strict', 'lenient'];

/** @param {Record<string, number>} parts */
function rewardText(parts) {
  const total = Object.values(parts).reduce((sum, value) => sum + value, 0);
  const named = Object.entries(parts).map(([name, value]) => `${name} ${Number(value.toFixed(4))}`);
  return `Reward ${Number(total.toFixed(4))}: ${named.join(', ')}`;
}

/** @param {ExplorerData} data @param {number} item */
function question(data, item) {
  const prompt = data.prompts[data.prompt[item] ?? -1];
  if (prompt === undefined) return [];
  const text = element('div', { class: 'output' }, prompt);
  return [element('details', {}, element('summary', {}, 'The question, word for word'), text)];
}
