/** Pieces that the sections share. `html` escapes every value; `raw` stands only around our own drawings and styles. */
import { html, raw } from 'hono/html';
import { type ChartSpec, drawChart } from './charts/render.ts';
import type { ChartWidth } from './charts/theme.ts';

export type Markup = ReturnType<typeof html>;

/** A table that scrolls in a box of its own, which the keyboard reaches, so that the page never does. */
export const table = (caption: string, head: readonly string[], rows: readonly Markup[]): Markup => html`
  <div class="scroll" role="region" aria-label="${caption}" tabindex="0">
    <table>
      <caption>${caption}</caption>
      <thead><tr>${head.map((cell) => html`<th scope="col">${cell}</th>`)}</tr></thead>
      <tbody>${rows}</tbody>
    </table>
  </div>`;

export interface Figure {
  id: string;
  title: string;
  caption: string;
  /** Read out in place of the drawing. */
  description: string;
  /** Null where there is nothing to draw. */
  spec: (width: ChartWidth) => ChartSpec | null;
  /** A drawing of fixed size, which scrolls where it does not fit. */
  fixed?: boolean;
}

/** Drawn for a wide and for a narrow page; styles show the one that fits. Nothing where there is nothing to draw. */
export async function figure({ id, title, caption, description, spec, fixed = false }: Figure): Promise<Markup> {
  const draw = async (width: ChartWidth): Promise<Markup> => {
    const found = spec(width);
    if (!found) return html``;
    const drawing = await drawChart(found, `${id}-${width}`, `${title}. ${description}`);
    const style = fixed ? `width: ${drawing.width}px` : '';
    return html`<div class="drawing ${width}" style="${style}">${raw(drawing.svg)}</div>`;
  };
  if (!spec('wide')) return html``;
  const drawings = html`${await draw('wide')}${await draw('narrow')}`;
  return framed(
    { id, title, caption },
    fixed ? html`<div class="scroll" role="region" aria-label="${title}" tabindex="0">${drawings}</div>` : drawings,
  );
}

/** A drawing with its caption. */
export const framed = ({ id, title, caption }: Pick<Figure, 'id' | 'title' | 'caption'>, drawing: Markup): Markup =>
  html`
    <figure id="${id}">
      ${drawing}
      <figcaption><strong>${title}.</strong> ${unbroken(caption)}</figcaption>
    </figure>`;

/** Keeps a number and its percent sign on one line. */
export const unbroken = (text: string): string => text.replaceAll(/(\d) %/g, '$1\u00a0%');

export const section = (id: string, title: string, ...content: Markup[]): Markup => html`
  <section id="${id}" aria-labelledby="${id}-title">
    <h2 id="${id}-title">${title}</h2>
    ${content}
  </section>`;

/** Long matter behind its title. A link to something inside unfolds it. */
export const collapsible = (title: string, open: boolean, content: Markup): Markup => html`
  <details class="folded" ${open ? raw('open') : ''}><summary>${title}</summary>${content}</details>`;
