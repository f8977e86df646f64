/** The look of all charts. Colours are the page's CSS variables, which differ between light and dark. */
import type { Config } from 'vega-lite';

const font = 'system-ui, sans-serif';

/** Hues that stay apart for the colour-blind, in the order of their use. */
export const series = ['var(--series-1)', 'var(--series-2)', 'var(--series-3)'];
export const colours = {
  ink: 'var(--ink)',
  muted: 'var(--muted)',
  line: 'var(--line)',
  accent: 'var(--series-1)',
  paper: 'var(--paper)',
};

export const theme: Config = {
  aria: false,
  background: 'none',
  font,
  view: { stroke: null },
  axis: {
    domainColor: colours.muted,
    gridColor: colours.line,
    tickColor: colours.muted,
    labelColor: colours.muted,
    titleColor: colours.ink,
    labelFontSize: 12,
    labelLimit: 0,
    titleFontSize: 12,
    titleFontWeight: 'normal',
    titlePadding: 8,
  },
  legend: {
    orient: 'top',
    title: null,
    labelColor: colours.ink,
    labelFontSize: 12,
    labelLimit: 0,
    symbolStrokeWidth: 2.5,
    symbolOpacity: 1,
  },
  text: { font, color: colours.ink },
};

/** Widths in pixels in which each chart is drawn; the page shows the one that fits. */
export const chartWidths = { wide: 780, narrow: 340 } as const;
export type ChartWidth = keyof typeof chartWidths;
