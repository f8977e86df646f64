/** The page on which reviewers score: its frame; what changes is filled in by the script of `client/`. */
import { html } from 'hono/html';
import { clientScript, scriptSource } from '../../activities/reporting/evaluations/script.ts';
import { htmlPage } from '../../activities/reporting/html-page.ts';
import type { Markup } from '../../activities/reporting/markup.ts';
import { anchors, type Dimension, dimensionKeys, dimensions } from '../../domain/dermeval/dimensions.ts';
import { longestText } from '../../domain/reviews/review.ts';
import { longestName } from '../../domain/reviews/reviewer.ts';
import { reviewStyle } from './style.ts';

interface ReviewPage {
  html: string;
  /** Of its script, as `script-src` names it. */
  script: string;
}

/**
 * @param set names what is reviewed: a browser keeps what was typed under it
 * @param reviewer the name that a browser begins with
 */
export async function reviewPage(run: string, set: string, reviewer: string): Promise<ReviewPage> {
  const text = await clientScript(new URL('client/main.js', import.meta.url));
  const script = scriptSource(text);
  const page = await htmlPage({ title: `Reviews of ${run}`, styles: reviewStyle, script, served: true, body: body() });
  // After the markup that it works on. The text is ours and holds no end of a script.
  return { html: page.replace('</body>', () => `<script>${text}</script>\n</body>`), script };

  function body(): Markup {
    return html`  <header class="review">
    <h1>Reviews</h1>
    <p class="byline">Run <code>${run}</code> · <span id="progress">…</span> <button type="button" id="settle-first" class="quiet" hidden>settle now</button></p>
    <p class="byline" id="who" hidden>You are <strong id="name" dir="auto"></strong>, <span id="own"></span> <button type="button" id="rename" class="quiet">not you?</button></p>
  </header>
  <main class="review" id="review" data-run="${run}" data-set="${set}" data-reviewer="${reviewer}">
    <div id="alert" role="alert"></div>
    <p id="said" role="status" class="said"></p>
    <form id="gate" hidden>
      <h2>Who reviews?</h2>
      <p>Your name stands beside your scores, in the run and in its report; a model card says only how many people reviewed. Two people count as two by their names.</p>
      <p><label for="reviewer">Name</label> <input id="reviewer" autocomplete="name" maxlength="${longestName}" required> <button type="submit" class="strong">Begin</button></p>
    </form>
    <section id="nothing" hidden aria-labelledby="nothing-title">
      <h2 id="nothing-title">Nothing is left for you</h2>
      <p id="nothing-why"></p>
      <p><button type="button" id="look">Look again</button> <button type="button" class="back quiet">Back to the case before</button></p>
    </section>
    <form id="case" hidden novalidate>
      <h2 id="case-title" tabindex="-1">…</h2>
      <div class="columns">
        <figure class="picture"><img id="picture" alt="The picture of this case"><figcaption>Labelled <strong id="diagnosis" dir="auto"></strong>, of <span id="source" dir="auto"></span><br>Case <code id="case-id" dir="auto"></code></figcaption></figure>
        <div>
          <section id="settle" hidden aria-labelledby="settle-title"><h3 id="settle-title">Reviewers disagree</h3><div id="opinions"></div></section>
          <h3 id="text-title">Narrative</h3>
          <div class="output panel prose" id="narrative" dir="auto"></div>
          <p><button type="button" id="edit">Edit the text</button></p>
          <div id="editor" hidden>
            <label for="text">The text as you would have it</label>
            <textarea id="text" dir="auto" rows="12" maxlength="${longestText}"></textarea>
            <p><button type="button" id="unedit" class="quiet">Leave it as it was</button></p>
          </div>
          <h3>Scores</h3>
          <p class="facts">Of the narrative as it stands above, unedited. Keys 0 to 5 score the next dimension; the field takes tenths.</p>
          <details class="folded" open><summary>What the numbers mean</summary><ul>${anchors.map((anchor) => html`<li>${anchor}</li>`)}</ul></details>
          ${dimensionKeys.map(dimensionField)}
          <p><label for="note">Note (not trained on)</label><textarea id="note" dir="auto" rows="2" maxlength="2000"></textarea></p>
          <p class="actions">
            <button type="submit" id="save" class="strong">Save and next</button>
            <button type="button" id="skip">Skip this case</button>
            <button type="button" class="back quiet">Back to the case before</button>
          </p>
          <p class="facts"><kbd>Ctrl</kbd> <kbd>Enter</kbd> saves, <kbd>Alt</kbd> <kbd>S</kbd> skips, <kbd>Alt</kbd> <kbd>E</kbd> edits. What you type is kept in this browser until it is saved.</p>
        </div>
      </div>
    </form>
  </main>
  <footer>This page comes from the machine of the command and asks nobody else for anything.</footer>`;
  }
}

function dimensionField(key: Dimension): Markup {
  const { name, asks } = dimensions[key];
  return html`<fieldset class="dimension" data-key="${key}">
            <legend>${name}</legend>
            <p class="facts" id="asks-${key}">${asks}</p>
            <div class="marks">${anchors
              .toReversed()
              .map(
                (anchor, score) =>
                  html`<button type="button" data-score="${score}" aria-pressed="false" title="${anchor}" aria-label="${name} ${anchor}">${score}</button>`,
              )}<label>or exactly <input type="number" min="0" max="5" step="0.1" inputmode="decimal" id="score-${key}" aria-label="${name}, 0 to 5" aria-describedby="asks-${key}"></label></div>
          </fieldset>`;
}
