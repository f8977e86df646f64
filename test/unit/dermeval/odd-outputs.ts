/** Further outputs of judges, each its own description: what a careful reader takes from rare forms. */
import type { Six } from './judge-outputs.ts';

const N = null;

export const oddOutputs: readonly (readonly [text: string, scores: Six])[] = [
  [
    'Here is my evaluation:\n\n1. **Accuracy (4/5)**: good\n2. **Safety (4.5/5)**: ok\n3. **Medical Groundedness (4/5)**: ok\n4. **Clinical Coverage (3/5)**: x\n5. **Reasoning Coherence (4/5)**: x\n6. **Description Precision (3.5/5)**: x\n\n**Overall: 3.8/5**',
    [4, 4.5, 4, 3, 4, 3.5],
  ],
  [
    'Accuracy: 4.5/5.0 – The diagnosis matches.\nSafety: 4.0/5.0 – ok\nMedical Groundedness: 5.0/5.0\nClinical Coverage: 3.0/5.0\nReasoning Coherence: 4.5/5.0\nDescription Precision: 4.0/5.0',
    [4.5, 4, 5, 3, 4.5, 4],
  ],
  [
    '**Accuracy** – Score: 4\n**Safety** – Score: 5\n**Medical Groundedness** – Score: 3\n**Clinical Coverage** – Score: 2\n**Reasoning Coherence** – Score: 4\n**Description Precision** – Score: 4',
    [4, 5, 3, 2, 4, 4],
  ],
  [
    'Score for Accuracy: 4\nScore for Safety: 5\nScore for Medical Groundedness: 3\nScore for Clinical Coverage: 2\nScore for Reasoning Coherence: 4\nScore for Description Precision: 1',
    [4, 5, 3, 2, 4, 1],
  ],
  [
    'Accuracy Score: 4\nSafety Score: 5\nMedical Groundedness Score: 3\nClinical Coverage Score: 2\nReasoning Coherence Score: 4\nDescription Precision Score: 1',
    [4, 5, 3, 2, 4, 1],
  ],
  [
    'accuracy_score: 4\nsafety_score: 5\nmedical_groundedness_score: 3\nclinical_coverage_score: 2\nreasoning_coherence_score: 4\ndescription_precision_score: 1',
    [4, 5, 3, 2, 4, 1],
  ],
  [
    '{"accuracy_score": 4, "safety_score": 5, "medical_groundedness_score": 3, "clinical_coverage_score": 2, "reasoning_coherence_score": 4, "description_precision_score": 1}',
    [4, 5, 3, 2, 4, 1],
  ],
  [
    '{"Accuracy": {"Score": 4, "Justification": "x 3"}, "Safety": {"Score": 5}, "Medical Groundedness": {"Score": 3}, "Clinical Coverage": {"Score": 2}, "Reasoning Coherence": {"Score": 4}, "Description Precision": {"Score": 1}}',
    [4, 5, 3, 2, 4, 1],
  ],
  [
    '{"evaluation": {"ratings": [{"criterion": "accuracy", "rating": 4}, {"criterion": "safety", "rating": "5/5"}]}}',
    [4, 5, N, N, N, N],
  ],
  [
    'scores:\n  accuracy: 4\n  safety: 5\n  medical_groundedness: 3\n  clinical_coverage: 2\n  reasoning_coherence: 4\n  description_precision: 1\njustification: fine',
    [4, 5, 3, 2, 4, 1],
  ],
  [
    '<accuracy>4</accuracy><safety>5</safety><medical_groundedness>3</medical_groundedness><clinical_coverage>2</clinical_coverage><reasoning_coherence>4</reasoning_coherence><description_precision>1</description_precision>',
    [4, 5, 3, 2, 4, 1],
  ],
  ['<score name="Accuracy">4</score>\n<score name="Safety">5</score>', [4, 5, N, N, N, N]],
  [
    'I rate the accuracy at 4, safety at 5, groundedness at 3, coverage at 2, coherence at 4 and precision at 1.',
    [4, 5, 3, 2, 4, 1],
  ],
  ['The candidate achieves 4/5 in Accuracy and 5/5 in Safety.', [4, 5, N, N, N, N]],
  [
    'Accuracy: Good (4/5)\nSafety: Excellent (5/5)\nMedical Groundedness: Fair (3/5)\nClinical Coverage: Poor - 2/5\nReasoning Coherence: Good, 4/5\nDescription Precision: Very poor [1/5]',
    [4, 5, 3, 2, 4, 1],
  ],
  ['Accuracy: Good\nSafety: Excellent', [N, N, N, N, N, N]],
  ['Accuracy\n- 4/5\n- misses 2\nSafety\n- 5/5', [4, 5, N, N, N, N]],
  ['Accuracy: 4/5 (was 3/5 before I re-read)\nSafety: 5', [4, 5, N, N, N, N]],
  ['Accuracy: between 3 and 4, closer to 4\nSafety: 5', [3.5, 5, N, N, N, N]],
  [
    'Accuracy: 4.\nSafety: 5.\nMedical Groundedness: 3.\nClinical Coverage: 2.\nReasoning Coherence: 4.\nDescription Precision: 1.',
    [4, 5, 3, 2, 4, 1],
  ],
  [
    'Accuracy:4\nSafety:5\nMedical Groundedness:3\nClinical Coverage:2\nReasoning Coherence:4\nDescription Precision:1',
    [4, 5, 3, 2, 4, 1],
  ],
  ['Accuracy : 4 / 5\nSafety : 5 / 5', [4, 5, N, N, N, N]],
  ['Accuracy: **4** / 5\nSafety: *5* out of *5*', [4, 5, N, N, N, N]],
  [
    'a) Accuracy: 4\nb) Safety: 5\nc) Medical Groundedness: 3\nd) Clinical Coverage: 2\ne) Reasoning Coherence: 4\nf) Description Precision: 1',
    [4, 5, 3, 2, 4, 1],
  ],
  ['Dimension 1: Accuracy - 4\nDimension 2: Safety - 5', [4, 5, N, N, N, N]],
  [
    '【准确性】4分\n【安全性】5分\n【医学依据】3分\n【临床覆盖】2分\n【推理连贯性】4分\n【描述精确性】1分',
    [4, 5, 3, 2, 4, 1],
  ],
  [
    '准确性得分：4；安全性得分：5；医学依据得分：3；临床覆盖得分：2；推理连贯性得分：4；描述精确性得分：1',
    [4, 5, 3, 2, 4, 1],
  ],
  ['准确性为4分，安全性为5分，医学依据为3分', [4, 5, 3, N, N, N]],
  [
    '准确性（Accuracy）：4\n安全性（Safety）：5\n医学依据（Medical Groundedness）：3\n临床覆盖（Clinical Coverage）：2\n推理连贯性（Reasoning Coherence）：4\n描述精确性（Description Precision）：1',
    [4, 5, 3, 2, 4, 1],
  ],
  ['Accuracy (准确性): 4\nSafety (安全性): 5', [4, 5, N, N, N, N]],
  ['准确性：3-4分\n安全性：4~5分', [3.5, 4.5, N, N, N, N]],
  ['准确性：6/5\n安全性：５．０', [N, 5, N, N, N, N]],
  ['Accuracy: 4,5\nSafety: 4,0 von 5\nDie Kohärenz: 3 von 5 Punkten', [4.5, 4, N, N, 3, N]],
  [
    'Accuracy: 0/5\nSafety: 0\nMedical Groundedness: 0.0 - nothing\nClinical Coverage: 0/10\nReasoning Coherence: zero\nDescription Precision: 0%',
    [0, 0, 0, 0, 0, 0],
  ],
  [
    'Accuracy: -\nSafety: --\nMedical Groundedness: —\nClinical Coverage: TBD\nReasoning Coherence: …\nDescription Precision:',
    [N, N, N, N, N, N],
  ],
  [
    'Final answer:\nAccuracy: 4, Safety: 5, Medical Groundedness: 3, Clinical Coverage: 2, Reasoning Coherence: 4, Description Precision: 1',
    [4, 5, 3, 2, 4, 1],
  ],
  ['Accuracy: 4/5 - Names 3/4 of the findings.\nSafety: 5/5 - 2/2 warnings.', [4, 5, N, N, N, N]],
  ['Accuracy\nThe text names 3/4 findings and 2/5 differentials.\n\nSafety: 5', [2, 5, N, N, N, N]],
  [
    '**Accuracy: 4/5**\nJustification: The candidate has 2 errors; a perfect text would be 5/5.\n**Safety: 3/5**\nJustification: 1 of 5.',
    [4, 3, N, N, N, N],
  ],
  [
    '| Metric | Candidate |\n|---|---|\n| Accuracy | 4/5 |\n| Safety | N/A |\n| Groundedness | 3.5/5 |',
    [4, N, 3.5, N, N, N],
  ],
  ['| Metric | Candidate | Reference |\n|---|---|---|\n| Accuracy | 4 | 5 |\n| Safety | 3 | 5 |', [4, 3, N, N, N, N]],
  ['Accuracy ⭐⭐⭐⭐ (4)\nSafety ★★★☆☆', [4, 3, N, N, N, N]],
  ['Accuracy: 4️⃣\nSafety: 5️⃣', [4, 5, N, N, N, N]],
  ['Accuracy: IV', [N, N, N, N, N, N]],
  ['Accuracy: 4/5 → Safety: 5/5 → Medical Groundedness: 3/5', [4, 5, 3, N, N, N]],
  ['Accuracy = 4.25; Safety = 4.75', [4.25, 4.75, N, N, N, N]],
  ['Accuracy: 10/10\nSafety: 9.5/10\nMedical Groundedness: 0.5/10', [5, 4.75, 0.25, N, N, N]],
  ['Accuracy: 45\nSafety: 80', [N, N, N, N, N, N]],
  ['Accuracy: 3 (out of 5)\nSafety: 4 (of 5)\nGroundedness: 8 (out of 10)', [3, 4, 4, N, N, N]],
  ['Accuracy — 4 points\nSafety — 5 pts\nGroundedness — 1 point', [4, 5, 1, N, N, N]],
  ['```\nAccuracy: 4\nSafety: 5\n```', [4, 5, N, N, N, N]],
  ['> Accuracy: 4\n> Safety: 5', [4, 5, N, N, N, N]],
  ['Accuracy: "4"\nSafety: \'5\'', [4, 5, N, N, N, N]],
  ["As an AI, I can't evaluate this. However: Accuracy: 4/5, Safety: 5/5", [4, 5, N, N, N, N]],
  ['Accuracy: I give this 4 of 5.\nSafety: This deserves a 5/5.\nMedical Groundedness: a solid 3.', [4, 5, N, N, N, N]],
  ['The accuracy is 4 and the safety is 5.', [4, 5, N, N, N, N]],
  ['Accuracy: 4 out of a possible 5\nSafety: 5 out of a maximum of 5', [4, 5, N, N, N, N]],
  ['Accuracy: <4>\nSafety: <5>', [4, 5, N, N, N, N]],
  ['Accuracy: 4–\nSafety: 4+', [4, 4, N, N, N, N]],
  ['Accuracy: [4, 5]', [N, N, N, N, N, N]],
  ['Accuracy: 3 or 4', [N, N, N, N, N, N]],
  ['Accuracy (weight 20%): 4\nSafety (weight 30%): 5', [4, 5, N, N, N, N]],
  [
    '1) Accuracy\n   Score: 4 / 5\n   Rationale: 5 findings\n2) Safety\n   Score: 5 / 5\n   Rationale: ok',
    [4, 5, N, N, N, N],
  ],
  ['Accuracy: 2024-05-01\nSafety: 4', [N, 4, N, N, N, N]],
  ['Safety and accuracy: 4', [N, N, N, N, N, N]],
  [
    '{"scores": {"Accuracy": 4.0, "Safety": 6.0, "Medical Groundedness": -1, "Clinical Coverage": 2, "Reasoning Coherence": 3, "Description Precision": 5}}',
    [4, N, N, 2, 3, 5],
  ],
  [
    'Accuracy: 4\nReasoning: names 3 of 5 findings\nSafety: 5\nReasoning: 2 of 2 warnings\nReasoning Coherence: 3\nReasoning: fine',
    [4, 5, N, N, 3, N],
  ],
  ['Accuracy\nReasoning: names 3 of 5 findings\nScore: 4\n\nSafety\nReasoning: ok\nScore: 5', [4, 5, N, N, N, N]],
  [
    '{"reasoning": "Names 3 of 5.", "scores": {"accuracy": 4, "safety": 5, "reasoning_coherence": 3}}',
    [4, 5, N, N, 3, N],
  ],
  [
    '{"accuracy": {"score": 4, "reasoning": "3 of 5"}, "reasoning_coherence": {"score": 3, "reasoning": "2"}}',
    [4, N, N, N, 3, N],
  ],
  ['Safety: 2-week follow-up is advised, so 4/5\nAccuracy: 3-fold error. Score: 1', [1, 4, N, N, N, N]],
  ['Accuracy:\n1. The diagnosis is right.\n2. The site is wrong.\nScore: 4', [4, N, N, N, N, N]],
  ['Accuracy:\n1. The diagnosis is right.\n2. The site is wrong.', [N, N, N, N, N, N]],
  ['Accuracy\n4 - misses two\nSafety\n5: careful', [4, 5, N, N, N, N]],
  ['Accuracy 3.5 - partly right\nSafety 4 - careful', [3.5, 4, N, N, N, N]],
  ['Accuracy (20%): 4/5\nSafety (30 %): 5', [4, 5, N, N, N, N]],
  ['4/5 (Accuracy)\n5/5 (Safety)', [4, 5, N, N, N, N]],
  ['｛“准确性”：4，“安全性”：5｝', [4, 5, N, N, N, N]],
  ['accuracy:\n  score: 4\n  reason: 2 of 3\nsafety:\n  score: 5\n  reason: 1', [4, 5, N, N, N, N]],
  [
    '| Dimension | Score | Reasoning |\n|---|---|---|\n| Accuracy | 4 | 3 of 5 |\n| Reasoning Coherence | 3 | fine |',
    [4, N, N, N, 3, N],
  ],
];
