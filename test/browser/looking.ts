/** What a reader would see of a page, measured inside the browser. */
import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';

const axe = await readFile(new URL(import.meta.resolve('axe-core/axe.min.js')), 'utf8');

export interface SeenText {
  text: string;
  /** Name of the nearest figure or section. */
  place: string;
  /** Pixels on the screen, scaling of drawings included. */
  fontSize: number;
  /** WCAG contrast of the text against what is behind it, 1 to 21. */
  contrast: number;
  /** Whether any part of a drawing's text lies outside the drawing. */
  clipped: boolean;
}

/** Every piece of visible text. */
export const seenTexts = (page: Page): Promise<SeenText[]> =>
  page.evaluate(() => {
    type Colour = [number, number, number, number];
    const parse = (css: string): Colour => {
      const [r = 0, g = 0, b = 0, a = 1] = (css.match(/[\d.]+/g) ?? []).map(Number);
      return [r, g, b, a];
    };
    const luminance = ([r, g, b]: Colour): number => {
      const [x = 0, y = 0, z = 0] = [r, g, b].map((v) =>
        v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4,
      );
      return 0.2126 * x + 0.7152 * y + 0.0722 * z;
    };
    const behind = (element: Element): Colour => {
      for (let at: Element | null = element; at; at = at.parentElement) {
        const colour = parse(getComputedStyle(at).backgroundColor);
        if (colour[3] === 1) return colour;
      }
      return [255, 255, 255, 1];
    };
    const seen: SeenText[] = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const element = node.parentElement;
      const text = node.textContent?.trim() ?? '';
      if (!element || text === '' || !element.checkVisibility()) continue;
      const svg = element.closest('svg');
      const style = getComputedStyle(element);
      if (svg && style.stroke !== 'none') continue; // the halo of a text that follows
      const [front, back] = [parse(svg ? style.fill : style.color), behind(element)].map(luminance);
      const box = element.getBoundingClientRect();
      const frame = svg?.getBoundingClientRect();
      const scale = svg && frame ? frame.width / svg.viewBox.baseVal.width : 1;
      seen.push({
        text,
        place: element.closest('figure, section')?.id ?? '',
        fontSize: Number.parseFloat(style.fontSize) * scale,
        contrast: (Math.max(front ?? 0, back ?? 0) + 0.05) / (Math.min(front ?? 0, back ?? 0) + 0.05),
        clipped:
          frame !== undefined &&
          (box.left < frame.left - 1 ||
            box.right > frame.right + 1 ||
            box.top < frame.top - 1 ||
            box.bottom > frame.bottom + 1),
      });
    }
    return seen;
  });

/** Pairs of texts in drawings that cover each other by more than a third of the smaller; slanted labels left out. */
export const overlaps = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const slanted = (text: SVGTextElement): boolean => {
      const { a = 1, b = 0 } = text.getCTM() ?? {};
      return Math.min(Math.abs(a), Math.abs(b)) > 0.1;
    };
    return [...document.querySelectorAll('svg')]
      .filter((svg) => svg.checkVisibility())
      .flatMap((svg) => {
        const texts = [...svg.querySelectorAll('text')]
          .filter((text) => text.textContent !== '' && !slanted(text))
          .filter((text) => getComputedStyle(text).stroke === 'none')
          .map((text) => ({ text: text.textContent, box: text.getBoundingClientRect() }));
        return texts.flatMap((a, i) =>
          texts.slice(i + 1).flatMap((b) => {
            const width = Math.min(a.box.right, b.box.right) - Math.max(a.box.left, b.box.left);
            const height = Math.min(a.box.bottom, b.box.bottom) - Math.max(a.box.top, b.box.top);
            const smaller = Math.min(a.box.width * a.box.height, b.box.width * b.box.height);
            return width > 0 && height > 0 && width * height > smaller / 3 ? [`${a.text} / ${b.text}`] : [];
          }),
        );
      });
  });

/** What axe finds that is serious or worse. */
export async function serious(page: Page): Promise<string[]> {
  await page.evaluate(axe); // not an element: the page's policy would refuse it
  return page.evaluate(async () => {
    // `axe` is what the script above leaves behind.
    const { axe } = window as unknown as {
      axe: { run: () => Promise<{ violations: { id: string; impact: string; nodes: { html: string }[] }[] }> };
    };
    const { violations } = await axe.run();
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html.slice(0, 120)).join(' | ')}`);
  });
}
