/** Keys of the explorer: j and k or the arrows go through the list, / searches, Enter reads the item, Escape leaves it. */
import { byId } from './element.js';

/** @param {import('./virtual-list.js').VirtualList} list @param {() => void} clearSearch */
export function listenToKeys(list, clearSearch) {
  const box = byId('explorer-list');
  /** @type {Record<string, () => number>} */
  const anywhere = { j: () => list.active + 1, k: () => list.active - 1 };
  /** @type {Record<string, () => number>} */
  const inList = {
    ...{ ArrowDown: () => list.active + 1, ArrowUp: () => list.active - 1 },
    ...{ PageDown: () => list.active + list.page, PageUp: () => list.active - list.page },
    ...{ Home: () => 0, End: () => list.length - 1 },
  };
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const target = event.target instanceof Element ? event.target : document.body;
    const { key } = event;
    if (target.closest('input, select, textarea')) {
      if (key === 'Escape' && target.id === 'explorer-q') {
        clearSearch();
        box.focus();
      } else if (key === 'Enter' && target.id === 'explorer-q') {
        box.focus();
        list.choose(Math.max(0, list.active));
      } else return;
      event.preventDefault();
      return;
    }
    const move = anywhere[key] ?? (target === box ? inList[key] : undefined);
    if (move) {
      if (document.activeElement !== box) byId('explorer').scrollIntoView({ block: 'nearest' });
      list.choose(move());
    } else if (key === '/') byId('explorer-q').focus();
    else if (key === 'Enter' && (target === box || target === document.body) && list.active >= 0) readItem();
    else if (key === 'Escape' && target.closest('#explorer-item')) box.focus();
    else return;
    event.preventDefault();
  });
}

/** Goes to the item that is shown. */
export function readItem() {
  const title = document.getElementById('explorer-title');
  title?.focus();
  title?.scrollIntoView({ block: 'nearest' });
}
