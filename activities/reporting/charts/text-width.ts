/** How wide Vega takes a text to be where there is no canvas to measure it on. */
import { textMetrics } from 'vega';

declare module 'vega' {
  /** Exported by vega-scenegraph, which has no types. A function that is set here replaces the built-in estimate. */
  const textMetrics: { width: (item: { fontSize?: number; limit?: number }, text: string) => number };
}

/** Mean width of a character in ems of the widest common sans-serif; Vega's own guess of 0.8 cuts labels short. */
const emsPerCharacter = 0.6;
const defaultFontSize = 11;

export function useOwnTextWidth(): void {
  textMetrics.width = ({ fontSize = defaultFontSize, limit = 0 }, text) => {
    const width = emsPerCharacter * fontSize * String(text).length;
    return limit > 0 ? Math.min(width, limit) : width; // a longer text will be cut
  };
}
