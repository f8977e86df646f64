/** Tables whose headings sort their rows; numbers stand in `data-value`. */
import { element } from './element.js';

/** @param {HTMLTableRowElement} row @param {number} column */
function sortKey(row, column) {
  const cell = row.cells[column];
  const value = cell?.dataset.value;
  if (value !== undefined) return value === '' ? Number.NEGATIVE_INFINITY : Number(value);
  return cell?.textContent?.trim().toLowerCase() ?? '';
}

/** @param {HTMLTableElement} table */
export function makeSortable(table) {
  const [body] = table.tBodies;
  const head = table.tHead?.rows[0];
  if (!body || !head) return;
  for (const [column, cell] of [...head.cells].entries()) {
    const button = element('button', { type: 'button' }, ...cell.childNodes);
    cell.replaceChildren(button);
    button.addEventListener('click', () => {
      const descending = cell.getAttribute('aria-sort') !== 'descending';
      for (const other of head.cells) other.removeAttribute('aria-sort');
      cell.setAttribute('aria-sort', descending ? 'descending' : 'ascending');
      const sign = descending ? -1 : 1;
      const rows = [...body.rows].sort((a, b) => {
        const [x, y] = [sortKey(a, column), sortKey(b, column)];
        return sign * (x < y ? -1 : Number(x > y));
      });
      body.append(...rows);
    });
  }
}
