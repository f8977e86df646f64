/** Runs in the page of evaluations: sorts tables, and lets a reader look through the items. */
import { chooseItems, lookingAt } from './choose.js';
import { unpackItems, unpackPictures, verdictOf } from './data.js';
import { showDetail } from './detail.js';
import { byId } from './element.js';
import { buildFilters } from './filters.js';
import { listenToKeys, readItem } from './keyboard.js';
import { drawRow } from './row.js';
import { makeSortable } from './sortable-table.js';
import { everything, readHash, writeHash } from './view.js';
import { VirtualList } from './virtual-list.js';

/** @typedef {import('./view.js').View} View */

for (const table of document.querySelectorAll('table')) {
  if (table.closest('.sortable')) makeSortable(table);
}
const data = await unpackItems();
const pictures = unpackPictures();
let view = readHash(location.hash) ?? everything;
let looking = lookingAt(data, view);

const isNarrow = matchMedia('(max-width: 60rem)');
const list = new VirtualList(
  byId('explorer-list'),
  (item, id) => drawRow(data, pictures, looking, item, id),
  (item, by) => {
    change({ item: data.ids[item] ?? '' }, false);
    if (by === 'click' && isNarrow.matches) readItem();
  },
);
const showFilters = buildFilters(data, (wanted) => change(wanted, true));
listenToKeys(list, () => change({ q: '' }, true));

/** @param {Partial<View>} wanted @param {boolean} newItems whether other items are shown than before */
function change(wanted, newItems) {
  view = { ...view, ...wanted };
  history.replaceState(null, '', writeHash(view));
  if (newItems) showAll();
  else showItem();
}

/** @returns {number | null} */
function chosenItem() {
  const place = data.ids.indexOf(view.item);
  return place < 0 ? null : place;
}

function showItem() {
  showDetail(data, pictures, looking, chosenItem(), (wanted) => change(wanted, true));
}

function showAll() {
  looking = lookingAt(data, view);
  const items = chooseItems(data, view);
  showFilters(view);
  list.show(items, chosenItem());
  const right = items.filter((item) => verdictOf(looking.model, looking.reader, item) === 'right').length;
  const share =
    items.length === 0 ? '' : `, ${((100 * right) / items.length).toFixed(1)} % right by the ${looking.reader} reader`;
  const group = view.group === '' ? '' : `, of ${view.group} alone`;
  byId('explorer-count').textContent =
    `${items.length.toLocaleString('en')} of ${data.ids.length.toLocaleString('en')} items${group}${share}`;
  showItem();
}

window.addEventListener('hashchange', () => {
  const wanted = readHash(location.hash);
  if (!wanted) return;
  view = wanted;
  showAll();
});
showAll();
document.documentElement.dataset.ready = 'true';
if (location.hash.startsWith('#explore')) {
  byId('explorer').scrollIntoView();
  if (view.item !== '' && isNarrow.matches) readItem();
}
