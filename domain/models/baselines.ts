/** The eleven baselines of the paper (App. C) by the names that the command line takes, asked behind an endpoint. */
import { type PublishedModel, publishedModels } from '../published/models.ts';

/** E.g. `qwen2.5-vl-7b-instruct`: as the tables call it, in small letters. */
export const baselineNames: readonly string[] = publishedModels.map(({ name }) => name.toLowerCase());

export const baselineNamed = (name: string): PublishedModel | undefined =>
  publishedModels.find((model) => model.name.toLowerCase() === name);
