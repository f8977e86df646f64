/** The form of a case: six scores, the edited text, the note. */
import { byId } from '../../../activities/reporting/client/element.js';

/** @typedef {import('./drafts.js').Draft} Draft */

/** @template {typeof HTMLElement} T @param {string} id @param {T} type @returns {InstanceType<T>} */
function typed(id, type) {
  const found = byId(id);
  if (!(found instanceof type)) throw new RangeError(`#${id} is of another kind`);
  return /** @type {InstanceType<T>} */ (found);
}

export const textBox = () => typed('text', HTMLTextAreaElement);
const noteBox = () => typed('note', HTMLTextAreaElement);

const fields = () => [...document.querySelectorAll('fieldset.dimension')].filter((each) => each instanceof HTMLElement);

/** @param {Element} field @returns {HTMLInputElement} */
function inputOf(field) {
  const input = field.querySelector('input');
  if (!input) throw new RangeError('a dimension has a field');
  return input;
}

/** Shows in the buttons what stands in the field. @param {HTMLElement} field */
function mark(field) {
  const { value } = inputOf(field);
  for (const button of field.querySelectorAll('button'))
    button.setAttribute('aria-pressed', String(value !== '' && Number(button.dataset.score) === Number(value)));
  if (value !== '') field.classList.remove('missing');
}

/** As a text field gives it back: without carriage returns. @param {string} text */
const asTyped = (text) => text.replace(/\r\n?/g, '\n');

/** @param {boolean} open */
export function openEditor(open) {
  byId('editor').hidden = !open;
  byId('edit').hidden = open;
}

/** @param {Draft} draft @param {string} original the text as it is */
export function fillForm({ scores, text, note }, original) {
  for (const field of fields()) {
    inputOf(field).value = scores[field.dataset.key ?? ''] ?? '';
    field.classList.remove('missing');
    mark(field);
  }
  textBox().value = text ?? original;
  noteBox().value = note;
  openEditor(text !== null && asTyped(text) !== asTyped(original));
}

/** What stands in the form. @param {string} original @returns {Draft} */
export function readForm(original) {
  const text = byId('editor').hidden || textBox().value === asTyped(original) ? null : textBox().value;
  const scores = Object.fromEntries(fields().map((field) => [field.dataset.key ?? '', inputOf(field).value]));
  return { scores, text, note: noteBox().value };
}

/** The six scores; null where one is missing or no score, after showing which. @returns {Record<string, number> | null} */
export function completeScores() {
  /** @type {HTMLElement | null} */
  let first = null;
  /** @type {Record<string, number>} */
  const scores = {};
  for (const field of fields()) {
    const input = inputOf(field);
    const isScore = input.value !== '' && input.checkValidity();
    field.classList.toggle('missing', !isScore);
    if (!isScore) first ??= input;
    else scores[field.dataset.key ?? ''] = Number(input.value);
  }
  first?.focus();
  return first === null ? scores : null;
}

/** @param {HTMLElement} field @param {string} score */
function setScore(field, score) {
  const input = inputOf(field);
  input.value = score;
  input.dispatchEvent(new Event('input', { bubbles: true }));
}

/** Buttons and fields follow each other. */
export function listenToScores() {
  for (const field of fields()) {
    const input = inputOf(field);
    input.addEventListener('input', () => mark(field));
    // Whoever scrolls on over a field that was filled in must not change it.
    input.addEventListener('wheel', () => input.blur(), { passive: true });
    for (const button of field.querySelectorAll('button'))
      button.addEventListener('click', () => setScore(field, button.dataset.score ?? ''));
  }
}

/** Scores the dimension that the keyboard is at, else the first without a score, and goes on to the next one. @param {string} score */
export function scoreNext(score) {
  const all = fields();
  const at =
    all.find((field) => field.contains(document.activeElement)) ?? all.find((field) => inputOf(field).value === '');
  if (!at) return;
  setScore(at, score);
  const next = all.slice(all.indexOf(at) + 1).find((field) => inputOf(field).value === '') ?? null;
  (next?.querySelector('button') ?? byId('save')).focus();
}
