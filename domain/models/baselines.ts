/** The eleven baselines of Skin-R1 (S1, section 4.1) as models behind an endpoint: names, prompts, and who reads them. */
import type { ReaderName } from '../evaluation/scored.ts';

export interface Baseline {
  /** As the command line takes it. */
  name: string;
  /** As the paper's tables have it, so that its row is found. */
  title: string;
  /** On the hub, which is also the name that vLLM serves it by; null: the paper names no checkpoint. */
  hub: string | null;
  /** Profile of its prompts: P4 to P6, P7 for LLaVA-Med, P8 for SkinVL. */
  profile: 'paper' | 'llava-med' | 'skinvl';
  /** Its answers are extracted, as the paper does for models that keep no format. */
  reader: ReaderName;
}

const baseline = (
  name: string,
  title: string,
  hub: string | null,
  profile: Baseline['profile'] = 'paper',
): Baseline => ({ name, title, hub, profile, reader: 'lenient' });

export const baselines: readonly Baseline[] = [
  baseline('qwen2.5-vl-7b', 'Qwen2.5-VL-7B-Instruct', 'Qwen/Qwen2.5-VL-7B-Instruct'),
  baseline('qwen3-vl-8b', 'Qwen3-VL-8B-Instruct', 'Qwen/Qwen3-VL-8B-Instruct'),
  baseline('internvl3-8b', 'InternVL3-8B', 'OpenGVLab/InternVL3-8B'),
  baseline('llava-v1.6-7b', 'LLaVA-v1.6-7B', 'liuhaotian/llava-v1.6-mistral-7b'),
  baseline('llava-v1.6-13b', 'LLaVA-v1.6-13B', 'liuhaotian/llava-v1.6-vicuna-13b'),
  baseline('qwen2.5-vl-32b', 'Qwen2.5-VL-32B-Instruct', 'Qwen/Qwen2.5-VL-32B-Instruct'),
  baseline('qwen3-vl-32b', 'Qwen3-VL-32B-Instruct', 'Qwen/Qwen3-VL-32B-Instruct'),
  baseline('llava-med-7b', 'LLaVA-Med-7b', 'microsoft/llava-med-v1.5-mistral-7b', 'llava-med'),
  baseline('huatuogpt-vision-7b', 'HuatuoGPT-Vision-7B', 'FreedomIntelligence/HuatuoGPT-Vision-7B-Qwen2.5VL'),
  baseline('medgemma-4b', 'MedGemma-4B', 'google/medgemma-4b-it'),
  baseline('skinvl-pubmm', 'SkinVL-PubMM', null, 'skinvl'),
];

export const baselineNamed = (name: string): Baseline | undefined => baselines.find((each) => each.name === name);
