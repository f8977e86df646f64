/** Which images of DermNet are of use: skin cancers and what they are mistaken for, in classes of some size (App. A). */
import type { Knowledge } from '../knowledge/knowledge.ts';

export const defaultMinImagesPerClass = 20;

/** The set that is filtered. */
const dermNet = 'dermnet';

/** What is left after one step, counting a taxonomy node as a class. */
export interface FunnelStep {
  name: string;
  images: number;
  classes: number;
}

/** An image with its taxonomy node. */
interface LabelledImage {
  source: string;
  diagnosis: string;
}

/** Counts each labelled image once; then it knows which may be dealt to splits. */
export interface DermNetFilter {
  count(image: LabelledImage): void;
  /** Whether it is an image of the set that is filtered. */
  filters(image: Pick<LabelledImage, 'source'>): boolean;
  /** Of other sets all, of DermNet what the filter leaves. */
  keeps(image: LabelledImage): boolean;
  /**
   * All images of DermNet first, those kept last; empty without that set.
   *
   * @param imagesOf images of a whole set, some of which may have become no case: the funnel begins with them
   */
  funnel(imagesOf: (set: string) => number): FunnelStep[];
}

/**
 * Keeps images whose node is malignant or precancerous or stands beside such a node in G_DDx, then drops classes of
 * fewer than `minImagesPerClass` images. The paper drops about 80 % so; its graph is not public, so our share differs.
 */
export function createDermNetFilter(
  { taxonomy, ddx }: Knowledge,
  { minImagesPerClass }: { minImagesPerClass: number },
): DermNetFilter {
  const isCancer = (name: string): boolean => {
    const malignancy = taxonomy.malignancy(name);
    return malignancy === 'malignant' || malignancy === 'precancerous_in_situ';
  };
  const isRelevant = (name: string): boolean =>
    !taxonomy.isCatchAll(name) && (isCancer(name) || ddx.neighbours(name).some(isCancer));
  const classes = new Map<string, number>();
  const isKept = (name: string): boolean => isRelevant(name) && (classes.get(name) ?? 0) >= minImagesPerClass;
  const step = (name: string, holds: (diagnosis: string) => boolean): FunnelStep => {
    const left = [...classes].filter(([diagnosis]) => holds(diagnosis));
    return { name, images: left.reduce((sum, [, images]) => sum + images, 0), classes: left.length };
  };
  const filters = ({ source }: Pick<LabelledImage, 'source'>): boolean => source === dermNet;
  return {
    count: (image) => {
      if (filters(image)) classes.set(image.diagnosis, (classes.get(image.diagnosis) ?? 0) + 1);
    },
    filters,
    keeps: (image) => !filters(image) || isKept(image.diagnosis),
    funnel: (imagesOf) => {
      if (classes.size === 0) return [];
      const diagnosed = step('with a diagnosis of the taxonomy', () => true);
      return [
        { ...diagnosed, name: 'all images', images: imagesOf(dermNet) },
        diagnosed,
        step('skin cancers and their differential diagnoses', isRelevant),
        step(`classes of at least ${minImagesPerClass} images`, isKept),
      ];
    },
  };
}
