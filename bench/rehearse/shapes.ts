/** The widths of the models that are rehearsed with, and the recipe's sizes that go with them. */
import { type Architecture, qwen25Vl7b } from '../../domain/plan/architecture.ts';

export interface Shape extends Architecture {
  visionHeads: number;
}

export const widths = ['true', 'small'] as const;
export type Width = (typeof widths)[number];

const twoOfEach = (a: Architecture): Architecture => ({ ...a, layers: 2, vision: { ...a.vision, depth: 2 } });

/**
 * `true`: Qwen2.5-VL-7B except for its number of layers, of which two of each kind stand for all. `small`: narrow, so that it
 * takes seconds, with the same vocabulary, patches and image budget.
 */
export const shapes: Record<Width, Shape> = {
  true: { ...twoOfEach(qwen25Vl7b), visionHeads: 16 },
  small: {
    ...twoOfEach(qwen25Vl7b),
    ...{ hidden: 64, intermediate: 128, heads: 4, keyValueHeads: 2, visionHeads: 4 },
    vision: { ...qwen25Vl7b.vision, hidden: 64, intermediate: 128, depth: 2 },
  },
};
