/** Draws a Vega-Lite specification as an SVG text, without a browser. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { parse, View } from 'vega';
import { compile, type TopLevelSpec } from 'vega-lite';
import { useOwnTextWidth } from './text-width.ts';
import { theme } from './theme.ts';

useOwnTextWidth();

export type ChartSpec = Omit<Extract<TopLevelSpec, { layer: unknown }>, '$schema' | 'config'>;

interface Drawing {
  svg: string;
  /** Natural width in pixels. */
  width: number;
}

/**
 * @param spec colours may be CSS variables, so that the page's light and dark themes apply
 * @param id prefix of ids inside the SVG; several drawings share one page
 * @param description read out in place of the drawing
 */
export async function drawChart(spec: ChartSpec, id: string, description: string): Promise<Drawing> {
  await nextTurn(); // a drawing takes a while, and a page has two dozen
  const { spec: vegaSpec } = compile({ ...spec, config: theme }, { logger: silentLogger });
  const view = new View(parse(vegaSpec), { renderer: 'none' });
  const svg = await view.toSVG().finally(() => view.finalize());
  const width = Number(/ width="([\d.]+)"/.exec(svg)?.[1]);
  const root = `<svg role="img" aria-label="${escapeAttribute(description)}"`;
  const named = svg.replace(/<svg [^>]*?(viewBox="[^"]*")[^>]*>/, `${root} $1>`).replaceAll(nameless, '');
  return { svg: renameIds(named, id), width };
}

/** The drawing is one image with one description; Vega gives its parts roles that would need names of their own. */
const nameless = / (?:role="graphics-\w+"|aria-roledescription="[^"]*")/g;

/** Vega numbers clip paths over the whole process; one drawing must not depend on those before it, nor share their ids. */
function renameIds(svg: string, prefix: string): string {
  const ids = [...new Set([...svg.matchAll(/ id="([^"]+)"/g)].map(([, id = '']) => id))];
  return ids.reduce(
    (text, id, i) =>
      text.replaceAll(` id="${id}"`, ` id="${prefix}-${i}"`).replaceAll(`url(#${id})`, `url(#${prefix}-${i})`),
    svg,
  );
}

const escapeAttribute = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');

/** Vega-Lite warns of choices that are made on purpose; a chart that cannot be drawn throws. */
const silentLogger = {
  level: () => silentLogger,
  error: () => silentLogger,
  warn: () => silentLogger,
  info: () => silentLogger,
  debug: () => silentLogger,
};
