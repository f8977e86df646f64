/** The models of the paper's tables (App. C), and how it asked them. */

export interface PublishedModel {
  /** As the tables call it. */
  name: string;
  /** Name on the Hugging Face hub; null where the paper does not say and only the family is known. */
  hub: string | null;
  /** Prompt profile (domain/prompts): P7 and P8 are for two models that keep no format. */
  profile: 'paper' | 'llava-med' | 'skinvl';
  /** The reader of its row: the paper extracts the answers of models that were not taught the tags. */
  reader: 'strict' | 'lenient';
}

const baseline = (name: string, hub: string | null, profile: PublishedModel['profile'] = 'paper'): PublishedModel => ({
  ...{ name, hub, profile },
  reader: 'lenient',
});

/** The eleven baselines, in the order of the tables. */
export const publishedModels: readonly PublishedModel[] = [
  baseline('Qwen2.5-VL-7B-Instruct', 'Qwen/Qwen2.5-VL-7B-Instruct'),
  baseline('Qwen3-VL-8B-Instruct', 'Qwen/Qwen3-VL-8B-Instruct'),
  baseline('InternVL3-8B', 'OpenGVLab/InternVL3-8B'),
  baseline('LLaVA-v1.6-7B', 'liuhaotian/llava-v1.6-mistral-7b'),
  baseline('LLaVA-v1.6-13B', null),
  baseline('Qwen2.5-VL-32B-Instruct', 'Qwen/Qwen2.5-VL-32B-Instruct'),
  baseline('Qwen3-VL-32B-Instruct', 'Qwen/Qwen3-VL-32B-Instruct'),
  baseline('LLaVA-Med-7b', 'microsoft/llava-med-v1.5-mistral-7b', 'llava-med'),
  baseline('HuatuoGPT-Vision-7B', 'FreedomIntelligence/HuatuoGPT-Vision-7B-Qwen2.5VL'),
  baseline('MedGemma-4B', null),
  baseline('SkinVL-PubMM', null, 'skinvl'),
];

/** The reader of a row of the tables; models that were trained on the tags are read strictly. */
export const readerOfRow = (model: string): PublishedModel['reader'] =>
  publishedModels.find(({ name }) => name === model)?.reader ?? 'strict';

/** The prompt profile of a row of the tables. */
export const profileOfRow = (model: string): PublishedModel['profile'] =>
  publishedModels.find(({ name }) => name === model)?.profile ?? 'paper';
