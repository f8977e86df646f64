/** From names of models to models that a worker can open. */
import type { TestedModel } from '../../domain/contracts/benchmarks.ts';
import { labelOnGrey } from '../../domain/evaluation/model-under-test.ts';
import type { ReaderName } from '../../domain/evaluation/scored.ts';
import { userMistake } from '../../domain/failures.ts';
import { type EndpointSettings, type ModelReference, parseModelReference } from '../../domain/models/reference.ts';
import type { EvaluationProfile } from '../../domain/prompts/profile.ts';
import { evaluationProfile } from '../../domain/prompts/prompts.ts';
import type { Recipe } from '../../domain/recipe/recipe.ts';
import type { Session } from '../session.ts';
import { checkpointOf, findRun, type KnownRun, noFinalModel } from './known-runs.ts';
import { findModelAt } from './model-folders.ts';

/** What holds for each model that says nothing else. */
interface Defaults {
  /** Of the data: its base, and how its models compute. */
  recipe: Recipe;
  /** Digest of that base where it is known. */
  baseSha256: string | null;
  profile: EvaluationProfile;
  reader: ReaderName;
  /** In place of each recipe's own. */
  runtime: 'onnx' | 'transformers' | null;
}

type ShownAs = Pick<TestedModel, 'shown'>;

/**
 * The models of each name, in the order of the names.
 *
 * @param control whether each is shown grey pictures too
 */
export async function resolveModels(
  names: readonly string[],
  control: boolean,
  defaults: Defaults,
  session: Pick<Session, 'client' | 'store' | 'workers'>,
): Promise<TestedModel[]> {
  const models: TestedModel[] = [];
  for (const name of names) models.push(...(await resolveModel(parseModelReference(name), name, defaults, session)));
  const twice = models.find(({ label }, i) => models.findIndex((other) => other.label === label) !== i);
  if (twice) throw userMistake(`${twice.label}: is named twice; name each model once`);
  if (!control) return models;
  const grey = { shown: 'grey' } satisfies ShownAs;
  return models.flatMap((model) => [model, { ...model, ...grey, label: labelOnGrey(model.label) }]);
}

async function resolveModel(
  reference: ModelReference,
  text: string,
  defaults: Defaults,
  session: Pick<Session, 'client' | 'store' | 'workers'>,
): Promise<TestedModel[]> {
  const { profile, reader } = defaults;
  const common = { profile, reader, shown: 'real' } as const;
  switch (reference.kind) {
    case 'base':
      return [ofBase(defaults, defaults.recipe.model.base, defaults.baseSha256)];
    case 'run':
      return ofRun(await findRun(session, reference.run), reference.which, defaults);
    case 'endpoint': {
      const { model, settings } = reference;
      return [{ ...common, kind: 'endpoint', label: `endpoint:${model}`, model, ...given(settings) }];
    }
    case 'baseline': {
      const { baseline, model, settings } = reference;
      const own = { profile: evaluationProfile(baseline.profile), reader: baseline.reader };
      return [{ ...common, ...own, kind: 'endpoint', label: baseline.name.toLowerCase(), model, ...given(settings) }];
    }
    case 'path': {
      const found = await findModelAt(reference.path, defaults.recipe.model.base, () =>
        session.store({ writes: true }),
      );
      if (found.kind === 'onnx') return [{ ...common, kind: 'onnx', label: `onnx:${found.name}`, onnx: found.onnx }];
      if (found.kind === 'base') return [{ ...ofBase(defaults, found.base, null), label: `model:${found.name}` }];
      const base = ofBase(defaults, defaults.recipe.model.base, defaults.baseSha256);
      return [{ ...base, label: `adapter:${found.name}`, adapter: found.adapter }];
    }
    default:
      throw userMistake(`${text}: names no model`);
  }
}

function ofBase({ recipe, profile, reader, runtime }: Defaults, base: string, sha256: string | null): LocalModel {
  return {
    ...{ profile, reader, shown: 'real', kind: 'local', label: `base:${base}`, base, baseSha256: sha256 },
    ...{ adapter: null, runtime: runtime ?? recipe.evaluation.runtime, precision: recipe.model.precision },
  };
}

type LocalModel = Extract<TestedModel, { kind: 'local' }>;
type EndpointModel = Extract<TestedModel, { kind: 'endpoint' }>;

function ofRun(run: KnownRun, which: string | null, defaults: Defaults): TestedModel[] {
  const base = ofBase({ ...defaults, recipe: run.recipe }, run.recipe.model.base, run.baseSha256);
  const named = (id: string): TestedModel => ({
    ...base,
    label: `${run.run}@${id}`,
    adapter: checkpointOf(run, id),
  });
  if (which === 'all' && run.models.size > 0) return [...run.models.keys()].map(named);
  if (which !== null) return [named(which)];
  if (run.adapter) return [{ ...base, label: `${run.run}@final`, adapter: run.adapter }];
  throw noFinalModel(run);
}

/** Settings that are set. */
const given = ({ provider, concurrency }: EndpointSettings): Pick<EndpointModel, 'provider' | 'concurrency'> => ({
  ...(provider === undefined ? {} : { provider }),
  ...(concurrency === undefined ? {} : { concurrency }),
});
