/** Which images of DermNet are of use: skin cancers and what they are mistaken for, in classes of some size (App. A). */
import type { Knowledge } from '../knowledge/knowledge.ts';

export const defaultMinImagesPerClass = 20;

/** What is left after one step, counting a taxonomy node as a class. */
export interface FunnelStep {
  name: string;
  images: number;
  classes: number;
}

export interface Filtered<T> {
  kept: T[];
  /** All images first, those kept last. */
  funnel: FunnelStep[];
}

export interface DermNetSettings {
  minImagesPerClass: number;
  /** Images of the whole set, some of which may have become no case: the funnel begins with them. */
  imagesOfSet: number;
}

/**
 * Keeps images whose node is malignant or precancerous or stands beside such a node in G_DDx, then drops classes of
 * fewer than `minImagesPerClass` images. The paper drops about 80 % so; its graph is not public, so our share differs.
 *
 * @param images with their taxonomy node
 */
export function filterDermNet<T extends { diagnosis: string }>(
  images: readonly T[],
  { taxonomy, ddx }: Knowledge,
  { minImagesPerClass, imagesOfSet }: DermNetSettings,
): Filtered<T> {
  const isCancer = (name: string): boolean => {
    const malignancy = taxonomy.malignancy(name);
    return malignancy === 'malignant' || malignancy === 'precancerous_in_situ';
  };
  const isRelevant = (name: string): boolean =>
    !taxonomy.isCatchAll(name) && (isCancer(name) || ddx.neighbours(name).some(isCancer));
  const relevant = images.filter(({ diagnosis }) => isRelevant(diagnosis));
  const classes = Map.groupBy(relevant, (image) => image.diagnosis);
  const kept = relevant.filter((image) => (classes.get(image.diagnosis)?.length ?? 0) >= minImagesPerClass);
  const diagnosed = step('with a diagnosis of the taxonomy', images);
  return {
    kept,
    funnel: [
      { ...diagnosed, name: 'all images', images: imagesOfSet },
      diagnosed,
      step('skin cancers and their differential diagnoses', relevant),
      step(`classes of at least ${minImagesPerClass} images`, kept),
    ],
  };
}

/** The set that is filtered. */
export const dermNet = 'dermnet';

export interface Usable<T> {
  /** Of other sets all, then what the filter leaves of DermNet. */
  usable: T[];
  /** Of DermNet, whether or not the filter leaves them. */
  ofDermNet: T[];
  /** Empty without that set. */
  funnel: FunnelStep[];
}

/** Labelled cases that may be dealt to splits. */
export function usableCases<T extends { diagnosis: string; source: string }>(
  labelled: readonly T[],
  knowledge: Knowledge,
  settings: DermNetSettings,
): Usable<T> {
  const isDermNet = ({ source }: T): boolean => source === dermNet;
  const ofDermNet = labelled.filter(isDermNet);
  const { kept, funnel } = filterDermNet(ofDermNet, knowledge, settings);
  const others = labelled.filter((image) => !isDermNet(image));
  return { usable: [...others, ...kept], ofDermNet, funnel: ofDermNet.length > 0 ? funnel : [] };
}

const step = (name: string, left: readonly { diagnosis: string }[]): FunnelStep => ({
  name,
  images: left.length,
  classes: new Set(left.map((image) => image.diagnosis)).size,
});
