/** Runs in the review page: asks for a case, keeps what is typed, sends what is judged. */
import { byId, element } from '../../../activities/reporting/client/element.js';
import {
  addressWith,
  dropDraft,
  keepBefore,
  keepDraft,
  keepName,
  keepPlace,
  readBefore,
  readDraft,
  readName,
  readPlace,
  takeCarried,
} from './drafts.js';
import { completeScores, listenToScores, openEditor, readForm, scoreNext, textBox } from './form.js';
import { Away, askCase, askState, sendReview } from './server.js';
import { alertOf, say, showCase, showNothing, showState } from './show.js';
import { createTurns } from './turns.js';

/** @typedef {import('../../../domain/reviews/page.ts').ShownCase} ShownCase */

takeCarried();
const { run = '', reviewer: given = '' } = byId('review').dataset;
let reviewer = readName() || given;
/** @type {ShownCase | null} */
let shown = null;

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
    `${words} ${shown ? 'What you typed is not saved yet; it is kept here and in this browser.' : 'What you saved is kept.'}`,
    `Run "dermflow review ${run}" again and open the address that it prints. It is there, if the address has the same number behind the colon; otherwise paste the address here:`,
    element('p', {}, element('label', { for: 'address' }, 'New address'), ' ', field, ' ', go, ' ', again),
  );
}

const { once, inTurn, isBusy } = createTurns(tell);

const look = async () => showState(await askState(reviewer), reviewer !== '' && shown?.task !== 'settle');

/** Changes nothing before all is there: scores that stand on the page must never be sent for another case. @param {{ id?: string, first?: string }} wanted */
async function load(wanted) {
  const by = reviewer;
  const found = await askCase(by, wanted);
  const state = await askState(by);
  if (by !== reviewer) return; // somebody else is here by now
  byId('alert').replaceChildren();
  shown = found;
  keepPlace(reviewer, found?.id ?? null);
  showState(state, found?.task !== 'settle');
  byId('case').hidden = found === null;
  byId('nothing').hidden = found !== null;
  showBack();
  if (found) showCase(found, reviewer);
  else showNothing(state);
}

function showBack() {
  const isFirst = readBefore(reviewer).length === 0;
  for (const back of document.querySelectorAll('button.back')) back.toggleAttribute('hidden', isFirst);
}

/** @param {'scored' | 'skipped' | 'settled'} verdict */
async function save(verdict) {
  const [now, by] = [shown, reviewer];
  if (!now) return;
  const isSkip = verdict === 'skipped';
  const scores = isSkip ? noScores() : completeScores();
  if (!scores) return say('A score is missing, or is none from 0 to 5 in tenths.');
  const { text, note } = readForm(now.text);
  say('Saving…');
  const answer = await sendReview({
    ...{ id: now.id, reviewer: by, turn: now.turn, verdict },
    scores: /** @type {any} the server checks them */ (scores),
    ...{ text: isSkip ? null : text, note: note === '' ? null : note },
  }).finally(() => say(''));
  if ('wrong' in answer) return alertOf(`Not saved: ${answer.wrong}. Nothing that you typed is lost.`);
  if ('closed' in answer) return alertOf(`Not saved: ${answer.closed}`);
  if ('conflict' in answer) return tellConflict(now, answer.conflict);
  // What a skipped case was given so far is found again by going back to it.
  if (!isSkip) dropDraft(by, now.id);
  keepBefore(by, [...readBefore(by), now.id]);
  if (by !== reviewer) return;
  say(isSkip ? 'Skipped.' : 'Saved.');
  try {
    await load({});
  } catch (error) {
    // It is saved: it must not look as if it were to be saved still.
    shown = null;
    keepPlace(reviewer, null);
    byId('case').hidden = true;
    throw error;
  }
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
async function loadPlace() {
  const place = readPlace(reviewer);
  if (shown) keepDraft(reviewer, shown.id, readForm(shown.text));
  await load(place !== '' && readDraft(reviewer, place) ? { id: place } : {});
}

const refresh = () => once(loadPlace);

function begin() {
  byId('gate').hidden = reviewer !== '';
  byId('who').hidden = reviewer === '';
  byId('name').textContent = reviewer;
  if (reviewer === '') {
    byId('case').hidden = true;
    byId('nothing').hidden = true;
    return void inTurn(look);
  }
  keepName(reviewer);
  return void inTurn(loadPlace);
}

byId('gate').addEventListener('submit', (event) => {
  event.preventDefault();
  const field = byId('reviewer');
  const name = field instanceof HTMLInputElement ? field.value.trim() : '';
  void inTurn(async () => {
    const { refused } = await askState(name);
    if (refused !== null) return alertOf(`Not begun: ${refused}.`);
    reviewer = name;
  }).then(() => {
    if (reviewer !== '') begin();
  });
});
byId('rename').addEventListener('click', () => {
  reviewer = '';
  shown = null;
  keepName('');
  byId('alert').replaceChildren();
  say('');
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
    const ids = readBefore(reviewer);
    const id = ids.pop();
    if (id === undefined) return;
    void once(async () => {
      await load({ id });
      keepBefore(reviewer, ids);
      showBack();
    });
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
  // What is typed while a case is being saved is meant for the next one, or for nothing.
  if (isBusy() && event.key !== 'Tab' && !event.ctrlKey && !event.metaKey) return event.preventDefault();
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
// Others work too, and a run goes on: what is left is asked for again. A failure is told when the reviewer does something.
setInterval(() => {
  if (reviewer !== '' && !isBusy() && document.visibilityState === 'visible')
    void (shown
      ? look().catch(() => {})
      : once(
          () => load({}),
          () => {},
        ));
}, 15_000);
begin();
