/** The fields by which items are chosen, one for each part of the view that the data have something for. */
import { byId, element } from './element.js';

/** @typedef {import('./data.js').ExplorerData} ExplorerData */
/** @typedef {import('./view.js').View} View */

/** @param {readonly string[]} values @returns {[string, string][]} */
const plain = (values) => values.map((value) => [value, value]);

/** @param {ExplorerData} data @returns {{ name: keyof View, title: string, all: string, choices: [string, string][] }[]} */
function fieldsOf(data) {
  const models = plain(data.models.map(({ label }) => label));
  const several = data.models.length > 1;
  const attributes = data.attributes.flatMap(({ name, values }) =>
    [...values].sort().map((value) => /** @type {[string, string]} */ ([`${name}:${value}`, `${name}: ${value}`])),
  );
  const names = [...data.labels].sort();
  return [
    ...(several
      ? [
          { name: /** @type {const} */ ('model'), title: 'Model', all: '', choices: models },
          { name: /** @type {const} */ ('other'), title: 'Compared with', all: 'nothing', choices: models },
          {
            name: /** @type {const} */ ('change'),
            title: 'Change',
            all: 'any',
            choices: plain(['gained', 'lost', 'other answer', 'same']),
          },
        ]
      : []),
    { name: 'set', title: 'Set', all: 'all', choices: plain([...data.sets].sort()) },
    { name: 'class', title: 'Right label', all: 'all', choices: plain(names) },
    { name: 'given', title: 'Answer', all: 'all', choices: plain(names) },
    { name: 'verdict', title: 'Verdict', all: 'any', choices: plain(['right', 'wrong', 'unread']) },
    { name: 'form', title: 'Unreadable form', all: 'any', choices: plain(data.forms) },
    { name: 'attribute', title: 'Attribute', all: 'all', choices: attributes },
    { name: 'reader', title: 'Reader', all: "the model's own", choices: plain(['strict', 'lenient']) },
    {
      name: 'sort',
      title: 'Order',
      all: 'as in the data',
      choices: ['item', 'set', 'right label', 'answer', 'score', 'length'].flatMap((name) => {
        const key = name === 'right label' ? 'right' : name;
        return /** @type {[string, string][]} */ ([
          [key, `by ${name}`],
          [`-${key}`, `by ${name}, backwards`],
        ]);
      }),
    },
  ];
}

/**
 * @param {ExplorerData} data
 * @param {(change: Partial<View>) => void} onChange
 * @returns {(view: View) => void} shows a view in the fields
 */
export function buildFilters(data, onChange) {
  const form = byId('explorer-filters');
  const search = element('input', { type: 'search', id: 'explorer-q', autocomplete: 'off', spellcheck: 'false' });
  search.addEventListener('input', () => onChange({ q: search.value }));
  form.addEventListener('submit', (event) => event.preventDefault());
  form.append(element('div', { class: 'field search' }, label('explorer-q', 'Search (/)'), search));
  const selects = fieldsOf(data)
    .filter(({ choices }) => choices.length > 0)
    .map(({ name, title, all, choices }) => {
      const id = `explorer-${name}`;
      const first = all === '' ? [] : [element('option', { value: '' }, all)];
      const select = element('select', { id }, ...first);
      select.append(...choices.map(([value, text]) => element('option', { value }, text)));
      select.addEventListener('change', () => onChange({ [name]: select.value }));
      form.append(element('div', { class: 'field' }, label(id, title), select));
      return { name, select, fallback: all === '' ? (choices[0]?.[0] ?? '') : '' };
    });
  const reset = element('button', { type: 'button', id: 'explorer-reset' }, 'Show all');
  form.append(element('div', { class: 'field' }, reset));
  reset.addEventListener('click', () =>
    onChange({ q: '', set: '', class: '', given: '', verdict: '', form: '', attribute: '', group: '', change: '' }),
  );
  return (view) => {
    if (search.value !== view.q) search.value = view.q;
    for (const { name, select, fallback } of selects) select.value = view[name] || fallback;
  };
}

/** @param {string} id @param {string} text */
const label = (id, text) => element('label', { for: id }, text);
