/** Disease diagnosis: Tables 2 and 4 of the paper, accuracies. */
import { type Cells, publishedTable } from './published.ts';
import { idSets, oodSets } from './sets.ts';

/** SkinVL-PubMM has no row: it gave almost no valid answers on diagnosis. */
const id: readonly Cells[] = [
  ['Qwen2.5-VL-7B-Instruct', [0.4911, 0.5162, 0.5033, 0.3521, 0.2962, 0.4852, 0.4367]],
  ['Qwen3-VL-8B-Instruct', [0.2947, 0.2085, 0.3275, 0.2386, 0.2354, 0.2899, 0.2585]],
  ['InternVL3-8B', [0.4996, 0.4705, 0.6009, 0.3453, 0.3364, 0.5473, 0.443]],
  ['LLaVA-v1.6-7B', [0.2299, 0.2416, 0.308, 0.3046, 0.2354, 0.2885, 0.2636]],
  ['LLaVA-v1.6-13B', [0.3933, 0.3779, 0.4469, 0.4121, 0.3376, 0.4193, 0.396]],
  ['Qwen2.5-VL-32B-Instruct', [0.4746, 0.4057, 0.4469, 0.3815, 0.3596, 0.5763, 0.4307]],
  ['Qwen3-VL-32B-Instruct', [0.3156, 0.2363, 0.3688, 0.2801, 0.2536, 0.3304, 0.2892]],
  ['LLaVA-Med-7b', [0.2508, 0.2091, 0.2039, 0.2503, 0.2135, 0.287, 0.24]],
  ['HuatuoGPT-Vision-7B', [0.4799, 0.4944, 0.4295, 0.3638, 0.2561, 0.4719, 0.4241]],
  ['MedGemma-4B', [0.413, 0.2627, 0.3753, 0.3767, 0.2924, 0.324, 0.3548]],
  ['Skin-R1', [0.6345, 0.7214, 0.6573, 0.6608, 0.4955, 0.537, 0.6385]],
];

const ood: readonly Cells[] = [
  ['Qwen2.5-VL-7B-Instruct', [0.3655, 0.6301, 0.6359, 0.3325, 0.7078, 0.5027]],
  ['Qwen3-VL-8B-Instruct', [0.6996, 0.289, 0.3934, 0.8837, 0.461, 0.5939]],
  ['InternVL3-8B', [0.458, 0.6474, 0.7746, 0.3531, 0.6948, 0.5841]],
  ['LLaVA-v1.6-7B', [0.5819, 0.1908, 0.3134, 0.5899, 0.3312, 0.4351]],
  ['LLaVA-v1.6-13B', [0.2563, 0.1676, 0.3415, 0.1584, 0.2143, 0.256]],
  ['Qwen2.5-VL-32B-Instruct', [0.5966, 0.2601, 0.3445, 0.604, 0.3247, 0.4587]],
  ['Qwen3-VL-32B-Instruct', [0.6996, 0.3353, 0.5596, 0.8408, 0.6688, 0.6651]],
  ['LLaVA-Med-7b', [0.2542, 0.2601, 0.3928, 0.5314, 0.4545, 0.417]],
  ['HuatuoGPT-Vision-7B', [0.4202, 0.5896, 0.5657, 0.4505, 0.5779, 0.5101]],
  ['MedGemma-4B', [0.5168, 0.5318, 0.7214, 0.7508, 0.5584, 0.6887]],
  ['Skin-R1', [0.6828, 0.763, 0.763, 0.6708, 0.6494, 0.7171]],
];

const idAblation: readonly Cells[] = [
  ['Qwen2.5-VL-7B-Instruct', [0.4911, 0.5162, 0.5033, 0.3521, 0.2962, 0.4852, 0.4367]],
  ['SFT', [0.4899, 0.6122, 0.5358, 0.4181, 0.2937, 0.4793, 0.4743]],
  ['RL without SFT', [0.5898, 0.6671, 0.5813, 0.6056, 0.3855, 0.5296, 0.5843]],
  ['Skin-R1 (500 steps)', [0.6139, 0.687, 0.6095, 0.602, 0.3351, 0.4882, 0.5875]],
  ['Skin-R1 (1,000 steps)', [0.6083, 0.7009, 0.6508, 0.6487, 0.4502, 0.4956, 0.6156]],
  ['Skin-R1 (1,500 steps)', [0.6345, 0.7214, 0.6573, 0.6608, 0.4955, 0.537, 0.6385]],
];

const oodAblation: readonly Cells[] = [
  ['Qwen2.5-VL-7B-Instruct', [0.3655, 0.6301, 0.6359, 0.3325, 0.7078, 0.5027]],
  ['SFT', [0.5693, 0.4509, 0.5651, 0.4249, 0.6039, 0.5153]],
  ['RL without SFT', [0.4223, 0.7514, 0.7208, 0.3663, 0.7597, 0.5674]],
  ['Skin-R1 (500 steps)', [0.6744, 0.6474, 0.6805, 0.6848, 0.5519, 0.6742]],
  ['Skin-R1 (1,000 steps)', [0.666, 0.7168, 0.7648, 0.5982, 0.5909, 0.687]],
  ['Skin-R1 (1,500 steps)', [0.6828, 0.763, 0.763, 0.6708, 0.6494, 0.7171]],
];

const ablationNotes = { 'RL without SFT': 'its step is not stated' };

export const diagnosisTables = {
  id: [
    publishedTable('Table 2', 'accuracy', idSets, id),
    publishedTable('Table 4', 'accuracy', idSets, idAblation, ablationNotes),
  ],
  ood: [
    publishedTable('Table 2', 'accuracy', oodSets, ood),
    publishedTable('Table 4', 'accuracy', oodSets, oodAblation, ablationNotes),
  ],
} as const;
