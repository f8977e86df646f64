/** Runs in the review page: asks for a case, keeps what is typed, sends what is judged. */
import { byId, element } from '../../../activities/reporting/client/element.js';
import {
  addressWith,
  dropDraft,
  keepDraft,
  keepName,
  keepPlace,
  readDraft,
  readName,
  readPlace,
  takeCarried,
} from './drafts.js';
import { completeScores, fillForm, listenToScores, openEditor, readForm, scoreNext, textBox } from './form.js';
import { agreedScores, showOpinions } from './opinions.js';
import { Away, askCase, askState, sendReview } from './server.js';

/** @typedef {import('../../../domain/reviews/page.ts').ShownCase} ShownCase */

takeCarried();
const { run = '', reviewer: given = '' } = byId('review').dataset;
let reviewer = readName() || given;
/** @type {ShownCase | null} */
let shown = null;
/** Cases that were judged in this tab, the last one at the end. @type {string[]} */
const before = [];
let busy = false;

/** @param {string} words */
const say = (words) => {
  byId('said').textContent = words;
};
/** @param {...(Node | string)} parts */
const alertOf = (...parts) =>
  byId('alert').replaceChildren(...parts.map((part) => (typeof part === 'string' ? element('p', {}, part) : part)));

/** Tells what went wrong; what is typed stays where it is. @param {unknown} error */
function tell(error) {
  const words = error instanceof Error ? error.message : String(error);
  if (!(error instanceof Away)) return alertOf(`${words} Nothing that you typed is lost.`);
  const field = element('input', { id: 'address', size: 40, placeholder: 'http://127.0.0.1:…', autocomplete: 'off' });
  const go = element('button', { type: 'button' }, 'Take it there');
  go.addEventListener('click', () => {
    if (!/^http:\/\/(?:127\.0\.0\.1|localhost)(?::\d+)?\/[\w-]+\/?$/.test(field.value.trim())) return field.focus();
    const address = field.value.trim();
    location.assign(shown ? addressWith(address, reviewer, shown.id, readForm(shown.text)) : address);
  });
  const again = element('button', { type: 'button' }, 'Try again');
  again.addEventListener('click', () => void refresh());
  return alertOf(
    `${words} What you typed is not saved yet; it is kept here and in this browser.`,
    `Run "dermflow review ${run}" again and open the address that it prints. It is there, if the address has the same number behind the colon; otherwise paste the address here:`,
    element('p', {}, element('label', { for: 'address' }, 'New address'), ' ', field, ' ', go, ' ', again),
  );
}

/** One thing at a time; a failure is told. @param {() => Promise<void>} work */
async function once(work) {
  if (busy) return;
  busy = true;
  try {
    await work();
  } catch (error) {
    tell(error);
  } finally {
    busy = false;
  }
}

async function showState() {
  const { counts, own, closed } = await askState(reviewer);
  const all = counts.open + counts.disagreed + counts.skipped + counts.certified;
  const more = [
    ...(counts.disagreed > 0 ? [`${counts.disagreed} to settle`] : []),
    ...(counts.skipped > 0 ? [`${counts.skipped} skipped`] : []),
  ];
  byId('progress').textContent = [`${counts.certified} of ${all} certified`, ...more].join(', ');
  byId('own').textContent = `${own.judged} judged, ${own.left} left for you`;
  byId('settle-first').hidden = counts.disagreed === 0 || reviewer === '' || shown?.task === 'settle';
  if (closed !== null) alertOf(closed);
  return { counts, all, closed };
}

/** @param {{ id?: string, first?: string }} wanted */
async function load(wanted) {
  const found = await askCase(reviewer, wanted);
  byId('alert').replaceChildren();
  shown = found;
  keepPlace(reviewer, found?.id ?? null);
  const { counts, all, closed } = await showState();
  byId('case').hidden = found === null;
  byId('nothing').hidden = found !== null;
  for (const back of document.querySelectorAll('button.back')) back.toggleAttribute('hidden', before.length === 0);
  if (found === null) {
    const wait = counts.open > 0 ? `${counts.open} of ${all} wait for other reviewers` : 'All are reviewed';
    byId('nothing-why').textContent = closed ?? `${wait}; ${counts.certified} are certified.`;
    return;
  }
  const own = found.own;
  byId('case-title').textContent =
    found.task === 'settle' ? 'Settle this case' : own ? 'Judge this case anew' : 'Judge this case';
  byId('diagnosis').textContent = found.diagnosis;
  byId('source').textContent = found.source;
  byId('narrative').textContent = found.text;
  byId('picture').setAttribute('src', found.picture);
  byId('save').textContent = found.task === 'settle' ? 'Settle and next' : 'Save and next';
  byId('skip').hidden = found.task === 'settle';
  showOpinions(found);
  const known = found.task === 'judge' && own ? own : null;
  const scores = Object.entries(known?.scores ?? {}).flatMap(([key, score]) =>
    score === null ? [] : [[key, String(score)]],
  );
  const draft = readDraft(reviewer, found.id);
  fillForm(
    draft ?? {
      scores: known ? Object.fromEntries(scores) : agreedScores(found),
      text: known?.text ?? null,
      note: known?.note ?? '',
    },
    found.text,
  );
  if (draft) say('What you typed here before is back.');
}

/** @param {'scored' | 'skipped' | 'settled'} verdict */
async function save(verdict) {
  const now = shown;
  if (!now) return;
  const isSkip = verdict === 'skipped';
  const scores = isSkip ? noScores() : completeScores();
  if (!scores) return say('A score is missing, or is none from 0 to 5 in tenths.');
  const { text, note } = readForm(now.text);
  const answer = await sendReview({
    ...{ id: now.id, reviewer, turn: now.turn, verdict },
    scores: /** @type {any} the server checks them */ (scores),
    ...{ text: isSkip ? null : text, note: note === '' ? null : note },
  });
  if ('wrong' in answer) return alertOf(`Not saved: ${answer.wrong}. Nothing that you typed is lost.`);
  if ('closed' in answer) return alertOf(`Not saved: ${answer.closed}`);
  if ('conflict' in answer) return tellConflict(now, answer.conflict);
  dropDraft(reviewer, now.id);
  before.push(now.id);
  say(isSkip ? 'Skipped.' : 'Saved.');
  await load({});
  byId(shown ? 'case-title' : 'nothing').focus();
}

const noScores = () =>
  Object.fromEntries(
    [...document.querySelectorAll('fieldset.dimension')].map((each) => [each.getAttribute('data-key') ?? '', null]),
  );

/** @param {ShownCase} now @param {import('../../../domain/reviews/review.ts').Review} standing */
function tellConflict(now, standing) {
  const said = Object.values(standing.scores)
    .map((score) => score ?? '–')
    .join(', ');
  const over = element('button', { type: 'button' }, 'Mine here holds');
  over.addEventListener('click', () => {
    if (shown?.id === now.id) shown = { ...now, turn: standing.turn + 1 };
    alertOf('Save again: what you see here takes the place of what you said elsewhere.');
  });
  const drop = element('button', { type: 'button' }, 'The other one holds');
  drop.addEventListener('click', () => {
    dropDraft(reviewer, now.id);
    void once(() => load({}));
  });
  alertOf(
    `Not saved: you have judged this case elsewhere meanwhile, at ${new Date(standing.at).toLocaleString()} (${standing.verdict}: ${said}). Neither is lost.`,
    element('p', {}, over, ' ', drop),
  );
}

/** Shows the case that the reviewer was at, else the next one. */
const refresh = () =>
  once(async () => {
    const place = readPlace(reviewer);
    if (shown) keepDraft(reviewer, shown.id, readForm(shown.text));
    await load(place !== '' && readDraft(reviewer, place) ? { id: place } : {});
  });

function begin() {
  byId('gate').hidden = reviewer !== '';
  byId('who').hidden = reviewer === '';
  byId('name').textContent = reviewer;
  if (reviewer === '') {
    byId('case').hidden = true;
    byId('nothing').hidden = true;
    return void once(async () => void (await showState()));
  }
  keepName(reviewer);
  return void refresh();
}

byId('gate').addEventListener('submit', (event) => {
  event.preventDefault();
  const field = byId('reviewer');
  reviewer = field instanceof HTMLInputElement ? field.value.trim() : '';
  begin();
});
byId('rename').addEventListener('click', () => {
  reviewer = '';
  shown = null;
  keepName('');
  begin();
  byId('reviewer').focus();
});
byId('case').addEventListener('submit', (event) => {
  event.preventDefault();
  void once(() => save(shown?.task === 'settle' ? 'settled' : 'scored'));
});
byId('case').addEventListener('input', () => {
  if (shown) keepDraft(reviewer, shown.id, readForm(shown.text));
});
byId('skip').addEventListener('click', () => void once(() => save('skipped')));
byId('settle-first').addEventListener('click', () => void once(() => load({ first: 'settle' })));
byId('look').addEventListener('click', () => void refresh());
for (const back of document.querySelectorAll('button.back'))
  back.addEventListener('click', () => {
    const id = before.pop();
    if (id !== undefined) void once(() => load({ id }));
  });
const edit = () => {
  openEditor(true);
  textBox().focus();
};
byId('edit').addEventListener('click', edit);
byId('unedit').addEventListener('click', () => {
  textBox().value = shown?.text ?? '';
  textBox().dispatchEvent(new Event('input', { bubbles: true }));
  openEditor(false);
  byId('edit').focus();
});
listenToScores();
document.addEventListener('keydown', (event) => {
  if (byId('case').hidden) return;
  if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) byId('save').click();
  else if (event.altKey && event.code === 'KeyS') {
    if (!byId('skip').hidden) byId('skip').click();
  } else if (event.altKey && event.code === 'KeyE') edit();
  else {
    const isTyping = event.target instanceof Element && event.target.closest('input, textarea') !== null;
    if (isTyping || event.ctrlKey || event.metaKey || event.altKey || !/^[0-5]$/.test(event.key)) return;
    scoreNext(event.key);
  }
  event.preventDefault();
});
// Others work too, and a run goes on: what is left is asked for again.
setInterval(() => {
  if (reviewer !== '' && !busy && document.visibilityState === 'visible')
    void (shown ? showState() : once(() => load({}))).catch(() => {});
}, 15_000);
begin();
