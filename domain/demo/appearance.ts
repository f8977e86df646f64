/** How one lesion looks: everything that decides its pixels. */
import type { Random } from '../random.ts';
import type { Findings } from './findings.ts';

export interface LesionAppearance {
  findings: Findings;
  /** In pixels; multiples of 28, so that no processor resizes the image. */
  width: number;
  height: number;
  /** Seed of texture and shape. */
  seed: string;
}

const square = { width: 112, height: 112 } as const;
const landscape = { width: 140, height: 84 } as const;
const portrait = { width: 84, height: 140 } as const;
const formats = [square, square, square, square, landscape, portrait] as const;

/** Two of three images are square, the others landscape and portrait. */
export const drawAppearance = (findings: Findings, random: Random): LesionAppearance => ({
  findings,
  ...random.pick(formats),
  seed: String(random.int(0, 0x7fffffff)),
});
