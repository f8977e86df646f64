/**
 * A model under test: which stage made it, at which step, and what it was shown. Its id stands in artifacts, workflow
 * ids and `report.json`; id, titles and order follow from the value here and nowhere else.
 */
import { type Stage, type StageRow, stageNames, stages } from '../stages/index.ts';

export interface ModelUnderTest {
  /** `base`: the base model without an adapter. */
  stage: Stage | 'base';
  /** Optimiser step of the stage; null for the base model. */
  step: number | null;
  /** Grey images in place of the real ones: the control of what is right without looking. */
  image: 'real' | 'grey';
}

export const baseModel: ModelUnderTest = { stage: 'base', step: null, image: 'real' };

export const onGrey = (model: ModelUnderTest): ModelUnderTest => ({ ...model, image: 'grey' });

const rowOf = (stage: ModelUnderTest['stage']): StageRow | null => (stage === 'base' ? null : stages[stage]);

/** Of one checkpoint of several, with its step even where the stage is known by its last: `sft-120`, `grpo-500`. */
export const checkpointId = ({ stage, step }: Pick<ModelUnderTest, 'stage' | 'step'>): string => `${stage}-${step}`;

/** `base`, `sft`, `rl-only-800`, `grpo-500`; `grpo-500-no-image` on grey images. */
export function modelId({ stage, step, image }: ModelUnderTest): string {
  const own = rowOf(stage)?.perStep ? checkpointId({ stage, step }) : stage;
  return image === 'grey' ? `${own}-no-image` : own;
}

/**
 * The model that has this id at this step: the inverse of `modelId`, by comparison. Null for an id that no stage gives.
 * Runs of before version 0.2 may have named a model by its stage alone.
 */
export function modelOf({ label, step }: { label: string; step: number | null }): ModelUnderTest | null {
  const candidates = (['base', ...stageNames] as const).flatMap((stage) =>
    (['real', 'grey'] as const).map((image): ModelUnderTest => ({ stage, step, image })),
  );
  return (
    candidates.find((model) => modelId(model) === label || (model.image === 'real' && model.stage === label)) ?? null
  );
}

/** The model of an id alone; null for an id that no stage gives. */
export function modelNamed(id: string): ModelUnderTest | null {
  const step = /-(\d+)(?:-no-image)?$/.exec(id)?.[1];
  return modelOf({ label: id, step: step === undefined ? null : Number(step) });
}

/**
 * The label, on grey images, of a model that was named on the command line (`RUN@grpo-500`, `endpoint:NAME`), which need
 * not be one of a stage. Stands in artifacts.
 */
export const labelOnGrey = (label: string): string => `${label}, no image`;

/** `SFT + GRPO, step 500`; `…, grey image`. */
export function modelTitle({ stage, step, image }: ModelUnderTest): string {
  const row = rowOf(stage);
  const own = row ? numbered(row.title, ', step', row, step) : 'Base model';
  return image === 'grey' ? `${own}, grey image` : own;
}

/** For narrow places: `Base`, `SFT`, `RL only 60`, `GRPO 60`; `GRPO 60, grey`. */
export function modelShortTitle({ stage, step, image }: ModelUnderTest): string {
  const row = rowOf(stage);
  const own = row ? numbered(row.shortTitle, '', row, step) : 'Base';
  return image === 'grey' ? `${own}, grey` : own;
}

const numbered = (title: string, between: string, { perStep }: StageRow, step: number | null): string =>
  perStep ? `${title}${between} ${step}` : title;

const rankOf = ({ stage }: ModelUnderTest): number => rowOf(stage)?.rank ?? -1;

/** For sorting: base, then the stages by their rank, each by its steps; what saw grey images last. */
export const modelOrder = (a: ModelUnderTest, b: ModelUnderTest): number =>
  Number(a.image === 'grey') - Number(b.image === 'grey') || rankOf(a) - rankOf(b) || (a.step ?? 0) - (b.step ?? 0);

export const sameModel = (a: ModelUnderTest, b: ModelUnderTest): boolean =>
  a.stage === b.stage && a.step === b.step && a.image === b.image;

/** What a result says of its model. */
interface Labelled {
  label: string;
  step: number | null;
}

/** The result of this model, by the value that its label stands for. */
export const findModel = <T extends Labelled>(results: readonly T[], wanted: ModelUnderTest): T | undefined =>
  results.find((result) => {
    const model = modelOf(result);
    return model !== null && sameModel(model, wanted);
  });

/** The result of the same model on grey images, if that was asked for. */
export function controlOf<T extends Labelled>(results: readonly T[], shown: Labelled): T | undefined {
  const model = modelOf(shown);
  return model ? findModel(results, onGrey(model)) : undefined;
}
