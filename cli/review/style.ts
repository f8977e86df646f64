/** Styles of the review page beside those of all pages: picture and text side by side, one under the other on a phone. */
export const reviewStyle = `
header.review, main.review, .review + footer { max-width: 76rem; }
header.review { padding-top: 1.5rem; }
main.review h2 { border-top: 0; margin-top: 1rem; padding-top: 0; }
.columns { display: grid; grid-template-columns: minmax(0, 2fr) minmax(0, 3fr); gap: 2rem; align-items: start; }
.picture { position: sticky; top: 1rem; margin: 0; }
.picture img { width: 100%; height: auto; max-height: 80vh; object-fit: contain; background: var(--panel); display: block; }
button, input, textarea { font: inherit; color: inherit; background: var(--paper); border: 1px solid var(--muted); border-radius: 4px; padding: .35rem .7rem; }
button { cursor: pointer; min-height: 2.6rem; }
button.strong { background: var(--link); border-color: var(--link); color: var(--paper); font-weight: 600; }
button.quiet { border-color: transparent; color: var(--link); text-decoration: underline; }
details li { list-style: none; }
.prose { font-family: inherit; font-size: .95rem; }
textarea { width: 100%; line-height: 1.5; }
.dimension { border: 0; border-top: 1px solid var(--line); margin: 0; padding: .6rem 0; min-width: 0; }
.dimension legend { font-weight: 600; padding: 0; float: left; width: 100%; }
.dimension .facts { clear: both; color: var(--muted); margin: .1rem 0 .4rem; }
.dimension.missing legend::after { content: " – a score is missing"; color: var(--bad); font-weight: 400; }
.marks { display: flex; flex-wrap: wrap; gap: .35rem; align-items: center; }
.marks button { min-width: 2.6rem; padding: .35rem; }
.marks button[aria-pressed="true"] { background: var(--ink); color: var(--paper); border-color: var(--ink); }
.marks label { margin-left: .6rem; color: var(--muted); font-size: .88rem; }
.marks input { width: 5rem; }
.actions { display: flex; flex-wrap: wrap; gap: .6rem; }
.said { min-height: 1.5em; color: var(--good); margin: .3rem 0; }
#alert:not(:empty) { background: var(--notice); border-left: 3px solid var(--bad); padding: .55rem .9rem; margin: .8rem 0; }
#alert p { margin: .3rem 0; }
.apart { font-weight: 700; color: var(--bad); }
[hidden] { display: none !important; }
@media (max-width: 50rem) {
  .columns { grid-template-columns: minmax(0, 1fr); gap: 1rem; }
  .picture { position: static; }
  .picture img { max-height: 60vh; }
}
`;
