/** Styles of the page: one column, print and dark variants, nothing fetched. */
export const style = `
:root {
  color-scheme: light dark;
  --paper: #fdfdfc; --panel: #f4f4f1; --ink: #1d2125; --muted: #575d64; --line: #dcdcd7; --link: #1a5a8a;
  --series-1: #1f6aa5; --series-2: #b4491f; --series-3: #3f7d4f; --good: #2c6e49; --bad: #a33b20; --notice: #fbf3dc; --shade: #0000001c;
  font-family: system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; font-size: 16px; line-height: 1.55;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #15181b; --panel: #1d2125; --ink: #e7e8e6; --muted: #a4abb2; --line: #353b41; --link: #8cc2ee;
    --series-1: #6db3ec; --series-2: #f09a70; --series-3: #86c897; --good: #86c897; --bad: #f09a70; --notice: #322c19; --shade: #00000080;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); overflow-wrap: anywhere; }
header, main, footer { max-width: 52rem; margin: 0 auto; padding: 0 1.25rem; }
header { padding-top: 3rem; }
h1, h2, h3 { line-height: 1.25; font-weight: 650; text-wrap: balance; }
h1 { font-size: 1.75rem; margin: 0 0 .4rem; }
h2 { font-size: 1.3rem; margin: 3.25rem 0 1rem; padding-top: 1.1rem; border-top: 1px solid var(--line); }
h3 { font-size: 1.03rem; margin: 2.2rem 0 .6rem; }
h4 { font-size: .95rem; margin: 1.2rem 0 .3rem; }
p { margin: .7rem 0; }
p, .findings, figcaption, ol { max-width: 44rem; }
a { color: var(--link); }
code, pre { font-family: ui-monospace, "SF Mono", Menlo, Consolas, monospace; font-size: .85em; }
.digest { word-break: break-all; }
.byline { color: var(--muted); margin: 0; }
.label { background: var(--notice); border-left: 3px solid var(--series-2); padding: .55rem .9rem; margin: 1.2rem 0; }
nav ul { list-style: none; display: flex; flex-wrap: wrap; gap: .1rem 1.2rem; padding: 0; margin: 1.2rem 0 0; }
nav a { display: inline-block; padding: .2rem 0; }
.key-figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(8.2rem, 1fr)); gap: 1rem; margin: 1rem 0 1.6rem; }
.key-figures > div { border-left: 2px solid var(--line); padding: .1rem 0 .1rem .8rem; display: flex; flex-direction: column; justify-content: space-between; }
.key-figures dt { color: var(--muted); font-size: .85rem; line-height: 1.3; }
.key-figures dd { margin: .4rem 0 0; }
.value { display: block; font-size: 1.45rem; font-weight: 600; line-height: 1.2; font-variant-numeric: tabular-nums; }
.range { color: var(--muted); font-size: .82rem; }
.findings { padding-left: 1.1rem; }
.findings li { margin: .5rem 0; }
.scroll {
  overflow-x: auto; max-width: 100%;
  /* A shadow at an edge beyond which there is more: the covers scroll with the content, the shadows do not. */
  background:
    linear-gradient(to right, var(--paper) 40%, transparent) left / 2.5rem 100% no-repeat local,
    linear-gradient(to left, var(--paper) 40%, transparent) right / 2.5rem 100% no-repeat local,
    linear-gradient(to right, var(--shade), transparent) left / .9rem 100% no-repeat scroll,
    linear-gradient(to left, var(--shade), transparent) right / .9rem 100% no-repeat scroll;
}
:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
table { overflow-wrap: break-word; border-collapse: collapse; width: 100%; font-size: .9rem; margin: 1rem 0; font-variant-numeric: tabular-nums; }
caption { text-align: left; color: var(--muted); font-size: .88rem; padding-bottom: .4rem; }
th, td { text-align: left; padding: .38rem .8rem .38rem 0; border-bottom: 1px solid var(--line); vertical-align: top; white-space: nowrap; }
thead th { white-space: normal; min-width: 4.5rem; vertical-align: bottom; color: var(--muted); font-weight: 500; border-bottom-color: var(--muted); }
tbody th { font-weight: 500; }
td small { display: block; color: var(--muted); }
td.words { white-space: normal; min-width: 16rem; }
.reasons { font-size: .88rem; color: var(--muted); }
.strong > * { font-weight: 650; }
.part { display: inline-block; max-width: 100%; margin-right: .5rem; }
figure { margin: 1.4rem 0 2.2rem; }
figcaption { font-size: .9rem; color: var(--muted); margin-top: .5rem; }
figcaption strong { color: var(--ink); font-weight: 600; }
.drawing svg { display: block; width: 100%; height: auto; }
.narrow { display: none; }
.cases { display: grid; gap: 1.25rem; }
.case { display: grid; grid-template-columns: 9rem minmax(0, 1fr); gap: 1.1rem; background: var(--panel); padding: 1.1rem; border-left: 3px solid var(--good); }
.case.wrong { border-left-color: var(--bad); }
.case img { width: 100%; height: auto; display: block; }
.case h3 { margin: 0; }
.case small { font-weight: 400; color: var(--muted); }
.verdict { color: var(--good); }
.wrong .verdict { color: var(--bad); }
.options { list-style: none; padding: 0; margin: .5rem 0; font-size: .92rem; }
.options em { color: var(--muted); }
.options .right { font-weight: 600; }
.options b { display: inline-block; width: 1.3em; font-weight: 500; color: var(--muted); }
.output { white-space: pre-wrap; unicode-bidi: plaintext; font-family: ui-monospace, "SF Mono", Menlo, Consolas, monospace; font-size: .83rem; line-height: 1.5; background: var(--paper); padding: .6rem .75rem; margin: .6rem 0; }
.output.panel { background: var(--panel); }
.facts { font-size: .88rem; margin: .4rem 0; }
summary { cursor: pointer; }
.case details { font-size: .88rem; }
.folded { margin: 1rem 0; }
details ul { margin: .3rem 0; padding-left: 1.1rem; }
pre { background: var(--panel); padding: .9rem 1rem; line-height: 1.45; }
footer { padding-top: 2.5rem; padding-bottom: 3rem; color: var(--muted); font-size: .88rem; }
@media (max-width: 34rem) {
  header { padding-top: 1.75rem; }
  .wide { display: none; }
  .narrow { display: block; }
  .case { grid-template-columns: minmax(0, 1fr); }
  .case img { max-width: 11rem; }
  tbody th { white-space: normal; min-width: 6.5rem; }
}
@media print {
  :root { color-scheme: light; --paper: #fff; --panel: #fff; --ink: #000; --muted: #444; --line: #bbb; --link: #000; --series-1: #1f6aa5; --series-2: #b4491f; --series-3: #3f7d4f; --good: #2c6e49; --bad: #a33b20; --notice: #fff; font-size: 10.5pt; }
  nav { display: none; }
  header, main, footer { max-width: none; padding: 0; }
  .scroll { overflow: visible; }
  th, td { white-space: normal; }
  .drawing { max-width: 100%; }
  figure, .case, tr { break-inside: avoid; }
  h2, h3 { break-after: avoid; }
  pre { white-space: pre-wrap; }
}
`;
