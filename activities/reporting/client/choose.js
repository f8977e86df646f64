/** The items of a view, in its order. */
import { verdictOf } from './data.js';

/** @typedef {import('./data.js').ExplorerData} ExplorerData */
/** @typedef {import('./data.js').ExplorerModel} ExplorerModel */
/** @typedef {import('./view.js').View} View */

/**
 * @typedef {object} Looking
 * @property {ExplorerModel} model
 * @property {ExplorerModel | null} other
 * @property {'strict' | 'lenient'} reader
 */

/** @param {ExplorerData} data @param {View} view @returns {Looking} */
export function lookingAt(data, view) {
  const model = data.models.find(({ label }) => label === view.model) ?? data.models[0];
  if (!model) throw new RangeError('a page has at least one model');
  const other = data.models.find((each) => each.label === view.other && each !== model) ?? null;
  const reader = view.reader === 'strict' || view.reader === 'lenient' ? view.reader : model.reader;
  return { model, other, reader };
}

/**
 * How the other model's answer differs from this one's.
 *
 * @param {Looking} looking
 * @param {number} item
 * @returns {'gained' | 'lost' | 'other answer' | 'same' | ''}
 */
function changeOf({ model, other, reader }, item) {
  if (!other || (model.output[item] ?? -1) < 0 || (other.output[item] ?? -1) < 0) return '';
  const [before, after] = [model[reader].score[item] ?? 0, other[reader].score[item] ?? 0];
  if (before !== after) return after > before ? 'gained' : 'lost';
  return model[reader].predicted[item] === other[reader].predicted[item] ? 'same' : 'other answer';
}

/** Lower-case outputs, made when the first search is. @type {WeakMap<ExplorerData, string[]>} */
const lowered = new WeakMap();

/** @param {ExplorerData} data */
function outputsOf(data) {
  const known = lowered.get(data) ?? data.outputs.map((text) => text.toLowerCase());
  lowered.set(data, known);
  return known;
}

/** Places of the items that the view shows. @param {ExplorerData} data @param {View} view @returns {number[]} */
export function chooseItems(data, view) {
  const looking = lookingAt(data, view);
  const { model, reader } = looking;
  /** An unknown name is no item's, nor that of items without one (-1). @param {readonly string[]} list @param {string} name */
  const wanted = (list, name) => (name === '' ? null : list.includes(name) ? list.indexOf(name) : Number.NaN);
  const [set, group, form] = [
    wanted(data.sets, view.set),
    wanted(data.groups, view.group),
    wanted(data.forms, view.form),
  ];
  const [right, given] = [wanted(data.labels, view.class), wanted(data.labels, view.given)];
  // A name may hold a colon itself.
  const attribute = data.attributes.find(
    ({ name, values }) =>
      view.attribute.startsWith(`${name}:`) && values.includes(view.attribute.slice(name.length + 1)),
  );
  const value = view.attribute.slice((attribute?.name.length ?? 0) + 1);
  const words = view.q.toLowerCase();
  const outputs = words === '' ? [] : outputsOf(data);
  /** @param {number} i */
  const hasWords = (i) =>
    [data.ids[i], data.labels[data.expected[i] ?? -1], data.labels[model[reader].predicted[i] ?? -1]].some((text) =>
      text?.toLowerCase().includes(words),
    ) || (outputs[model.output[i] ?? -1] ?? '').includes(words);
  /** @param {number} i */
  const isShown = (i) =>
    (set === null || data.set[i] === set) &&
    (group === null || data.group[i] === group) &&
    (right === null || data.expected[i] === right) &&
    (given === null || model[reader].predicted[i] === given) &&
    (form === null || model.form[i] === form) &&
    (view.verdict === '' || verdictOf(model, reader, i) === view.verdict) &&
    (view.attribute === '' || (attribute !== undefined && attribute.values[attribute.place[i] ?? -1] === value)) &&
    (view.change === '' || changeOf(looking, i) === view.change) &&
    (words === '' || hasWords(i));
  return sorted(
    data.ids.flatMap((_, i) => (isShown(i) ? [i] : [])),
    data,
    view,
    looking,
  );
}

/** By a column, `-` before it: backwards. Equal ones stay in the order of the data. */
/** @param {number[]} items @param {ExplorerData} data @param {View} view @param {Looking} looking */
function sorted(items, data, { sort }, { model, reader }) {
  const [column, sign] = sort.startsWith('-') ? [sort.slice(1), -1] : [sort, 1];
  /** @type {Record<string, (i: number) => string | number>} */
  const keys = {
    item: (i) => data.ids[i] ?? '',
    set: (i) => data.sets[data.set[i] ?? -1] ?? '',
    right: (i) => data.labels[data.expected[i] ?? -1] ?? '',
    answer: (i) => data.labels[model[reader].predicted[i] ?? -1] ?? '',
    score: (i) => model[reader].score[i] ?? 0,
    length: (i) => data.outputs[model.output[i] ?? -1]?.length ?? 0,
  };
  const key = Object.hasOwn(keys, column) ? keys[column] : undefined;
  if (!key) return items;
  const keyed = items.map((item) => ({ item, key: key(item) }));
  keyed.sort((a, b) => sign * (a.key < b.key ? -1 : a.key > b.key ? 1 : 0) || a.item - b.item);
  return keyed.map(({ item }) => item);
}
