/** A long list of rows of one height, of which only those in sight are elements. */
import { element } from './element.js';

const beyond = 6;

export class VirtualList {
  /** @type {readonly number[]} */
  #items = [];
  #active = -1;
  #rowHeight = 1;

  /**
   * @param {HTMLElement} box that scrolls, with the role `listbox`
   * @param {(item: number, id: string) => HTMLElement} draw a row with the role `option`
   * @param {(item: number, by: 'key' | 'click') => void} onChoose
   */
  constructor(box, draw, onChoose) {
    this.box = box;
    this.draw = draw;
    this.onChoose = onChoose;
    this.rows = element('div', { role: 'presentation', class: 'rows' });
    box.replaceChildren(this.rows);
    box.addEventListener('scroll', () => requestAnimationFrame(() => this.#render()));
    new ResizeObserver(() => this.#render()).observe(box);
    this.rows.addEventListener('click', (event) => {
      const row = event.target instanceof Element ? event.target.closest('[data-place]') : null;
      if (row) this.choose(Number(row.getAttribute('data-place')), 'click');
    });
  }

  get length() {
    return this.#items.length;
  }

  get active() {
    return this.#active;
  }

  /** @param {readonly number[]} items @param {number | null} chosen the item that is chosen; it is scrolled to */
  show(items, chosen) {
    this.#items = items;
    this.#active = chosen === null ? -1 : items.indexOf(chosen);
    this.#rowHeight = Number.parseFloat(getComputedStyle(this.box).getPropertyValue('--row')) || 48;
    this.rows.style.height = `${items.length * this.#rowHeight}px`;
    if (this.#active >= 0) this.#scrollTo(this.#active);
    else this.box.scrollTop = 0;
    this.#render();
  }

  /** @param {number} place in the list; kept within it @param {'key' | 'click'} by */
  choose(place, by = 'key') {
    if (this.#items.length === 0) return;
    this.#active = Math.min(Math.max(place, 0), this.#items.length - 1);
    this.#scrollTo(this.#active);
    this.#render();
    this.onChoose(this.#items[this.#active] ?? -1, by);
  }

  /** Rows that fit into the box. */
  get page() {
    return Math.max(1, Math.floor(this.box.clientHeight / this.#rowHeight) - 1);
  }

  /** @param {number} place */
  #scrollTo(place) {
    const [top, bottom] = [place * this.#rowHeight, (place + 1) * this.#rowHeight];
    const { scrollTop, clientHeight } = this.box;
    if (top < scrollTop) this.box.scrollTop = top;
    else if (bottom > scrollTop + clientHeight) this.box.scrollTop = bottom - clientHeight;
  }

  #render() {
    const { scrollTop, clientHeight, id } = this.box;
    const first = Math.max(0, Math.floor(scrollTop / this.#rowHeight) - beyond);
    const last = Math.min(this.#items.length, Math.ceil((scrollTop + clientHeight) / this.#rowHeight) + beyond);
    const drawn = [];
    for (let place = first; place < last; place++) {
      const row = this.draw(this.#items[place] ?? -1, `${id}-${place}`);
      row.dataset.place = String(place);
      row.style.transform = `translateY(${place * this.#rowHeight}px)`;
      row.setAttribute('aria-setsize', String(this.#items.length));
      row.setAttribute('aria-posinset', String(place + 1));
      row.setAttribute('aria-selected', String(place === this.#active));
      drawn.push(row);
    }
    this.rows.replaceChildren(...drawn);
    const isDrawn = this.#active >= first && this.#active < last;
    if (isDrawn) this.box.setAttribute('aria-activedescendant', `${id}-${this.#active}`);
    else this.box.removeAttribute('aria-activedescendant');
  }
}
