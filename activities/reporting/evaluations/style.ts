/** What a page of evaluations adds to the report's styles: sorted tables, and the explorer with its list and item. */
export const explorerStyle = `
.sortable thead button { font: inherit; color: inherit; background: none; border: 0; padding: 0; text-align: left; cursor: pointer; }
.sortable thead button:hover { text-decoration: underline; }
[aria-sort=ascending] button::after { content: " ↑"; }
[aria-sort=descending] button::after { content: " ↓"; }
header, footer { max-width: 66rem; }
main.evaluations { max-width: none; padding: 0; }
.column { max-width: 66rem; margin: 0 auto; padding: 0 1.25rem; }
.evaluations .drawing.wide { max-width: 50rem; }
th small { display: block; font-weight: 400; color: var(--muted); }
th .note { white-space: normal; max-width: 16rem; }
.explorer { max-width: 84rem; margin: 0 auto; padding: 0 1.25rem; }
.explorer h2 { max-width: none; }
#explorer-filters { display: grid; grid-template-columns: repeat(auto-fill, minmax(11rem, 1fr)); gap: .6rem .9rem; align-items: end; margin: 1rem 0; }
.field { display: flex; flex-direction: column; gap: .15rem; min-width: 0; }
.field label { font-size: .82rem; color: var(--muted); }
.field input, .field select, .field button, #explorer-item button:not(.plain) {
  font: inherit; font-size: .9rem; color: var(--ink); background: var(--panel); border: 1px solid var(--muted); border-radius: 3px;
  padding: .3rem .45rem; width: 100%; min-height: 2.1rem; min-width: 0;
}
.field button { cursor: pointer; }
.plain { font: inherit; color: var(--link); background: none; border: 0; padding: 0; text-decoration: underline; cursor: pointer; text-align: left; overflow-wrap: anywhere; }
.panes { display: grid; grid-template-columns: minmax(0, 1.15fr) minmax(0, 1fr); gap: 1.25rem; align-items: start; }
#explorer-list { --row: 48px; position: relative; height: min(44rem, 80vh); overflow-y: auto; border: 1px solid var(--line); contain: strict; }
.rows { position: relative; }
.row { position: absolute; left: 0; right: 0; top: 0; height: var(--row); display: grid; grid-template-columns: 40px minmax(0, 1.2fr) minmax(0, 1fr); gap: .6rem; align-items: center; padding: 0 .6rem; border-bottom: 1px solid var(--line); cursor: pointer; font-size: .88rem; line-height: 1.25; }
.row.two { grid-template-columns: 40px minmax(0, 1.2fr) minmax(0, 1fr) minmax(0, 1fr); }
.row[aria-selected=true] { background: var(--panel); box-shadow: inset 3px 0 var(--link); }
.row img, .no-picture { width: 40px; height: 40px; object-fit: cover; background: var(--panel); }
.row span, .row b, .row small { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; display: block; }
.row b { font-weight: 500; }
.row small { color: var(--muted); font-size: .78rem; }
.row .mark { display: inline; }
.answer.right .mark, .verdict.right { color: var(--good); }
.answer.wrong .mark, .answer.unread .mark, .verdict.wrong, .verdict.unread { color: var(--bad); }
#explorer-item { background: var(--panel); padding: 1.1rem; border-left: 3px solid var(--line); max-height: min(44rem, 80vh); overflow-y: auto; }
#explorer-item h3 { margin: 0 0 .6rem; font-size: .95rem; overflow-wrap: anywhere; }
#explorer-item img { width: min(100%, 14rem); height: auto; display: block; }
.pairs { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: .1rem .9rem; font-size: .88rem; margin: .7rem 0; }
.pairs dt { color: var(--muted); }
.pairs dd { margin: 0; }
.only-narrow { display: none; }
kbd { font-family: ui-monospace, "SF Mono", Menlo, Consolas, monospace; font-size: .82em; border: 1px solid var(--line); border-radius: 3px; padding: 0 .3em; }
@media (max-width: 60rem) {
  .panes { grid-template-columns: minmax(0, 1fr); }
  #explorer-list { height: 55vh; }
  #explorer-item { max-height: none; }
  .only-narrow { display: block; margin-bottom: .8rem; }
}
@media (max-width: 34rem) {
  #explorer-filters { grid-template-columns: repeat(2, minmax(0, 1fr)); }
  .field.search { grid-column: 1 / -1; }
  .row.two { grid-template-columns: 40px minmax(0, 1fr) minmax(0, .8fr) minmax(0, .8fr); gap: .4rem; padding: 0 .4rem; }
}
@media print {
  .column, .explorer { padding: 0; max-width: none; }
  #explorer-filters, .panes, .on-screen { display: none; }
}
@media screen { .on-paper { display: none; } }
`;
