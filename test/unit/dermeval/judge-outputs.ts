/**
 * What judges write, and what a careful reader takes from it: accuracy, safety, groundedness, coverage, coherence,
 * precision; null where there is no score that one can be sure of.
 */
export type Six = [number | null, number | null, number | null, number | null, number | null, number | null];

const none: Six = [null, null, null, null, null, null];
const six: Six = [4, 5, 4, 3.5, 4, 4.5];

export const judgeOutputs: readonly (readonly [kind: string, text: string, scores: Six])[] = [
  [
    'the form that is asked for',
    'Accuracy: 4.0 - aligned\nSafety: 5 - conservative\nMedical Groundedness: 4 - supported\nClinical Coverage: 3.5 - partial\nReasoning Coherence: 4 - logical\nDescription Precision: 4.5 - specific\nOverall Score: 4.2',
    six,
  ],
  [
    'scales of five and ten',
    'Accuracy: 4/5\nSafety: 5/5\nMedical Groundedness: 8/10\nClinical Coverage: 7/10\nReasoning Coherence: 4 out of 5\nDescription Precision: 9 / 10',
    six,
  ],
  [
    'bold names',
    '**Accuracy:** 4\n**Safety**: 5\n**Medical Groundedness:** 4\n**Clinical Coverage:** 3.5\n**Reasoning Coherence**: **4**\n**Description Precision: 4.5**',
    six,
  ],
  [
    'a numbered list',
    '1. Accuracy: 4\n2. Safety: 5\n3. Medical Groundedness: 4\n4. Clinical Coverage: 3.5\n5. Reasoning Coherence: 4\n6. Description Precision: 4.5',
    six,
  ],
  [
    'headings with the score in brackets',
    '### 1. Accuracy (4/5)\nFine.\n### 2. Safety (5/5)\nFine.\n### 3. Medical Groundedness (4/5)\nOK.\n### 4. Clinical Coverage (3.5/5)\nNo follow-up.\n### 5. Reasoning Coherence (4/5)\nOK.\n### 6. Description Precision (4.5/5)\nOK.',
    six,
  ],
  [
    'headings, reasons, then the score',
    '## Accuracy\nThe text names 2 of 3 findings and dates the lesion to 6 months.\nScore: 4\n\n## Safety\nRefers after 2 weeks.\nScore: 5\n\n## Medical Groundedness\nScore: 4/5\n\n## Clinical Coverage\nOnly 1 differential.\n**Score:** 3.5\n\n## Reasoning Coherence\nRating: 4\n\n## Description Precision\nscore = 4.5',
    six,
  ],
  [
    'a table',
    '| Dimension | Score | Comment |\n|---|---|---|\n| Accuracy | 4 | 3 findings missed |\n| Safety | 5 | ok |\n| Medical Groundedness | 4 | |\n| Clinical Coverage | 3.5 | 1 differential |\n| Reasoning Coherence | 4 | |\n| Description Precision | 4.5 | |\n| **Overall** | 4.2 | |',
    six,
  ],
  [
    'a table whose score comes last',
    '| # | Criterion | Rationale | Rating (0-5) |\n|:-:|:--|:--|--:|\n| 1 | **Accuracy** | names 2 of 3 | 4 |\n| 2 | **Safety** | 5 warnings | 5 |\n| 3 | **Medical Groundedness** | fine | 4 |\n| 4 | **Clinical Coverage** | 1 differential | 3.5 |\n| 5 | **Reasoning Coherence** | fine | 4 |\n| 6 | **Description Precision** | fine | 4.5 |',
    six,
  ],
  [
    'a table of ten',
    '| Dimension | Score (/10) |\n|---|---|\n| Accuracy | 8 |\n| Safety | 10 |\n| Groundedness | 8 |\n| Coverage | 7 |\n| Coherence | 8 |\n| Precision | 9 |',
    six,
  ],
  [
    'a column for each dimension',
    '| Accuracy | Safety | Medical Groundedness | Clinical Coverage | Reasoning Coherence | Description Precision |\n|---|---|---|---|---|---|\n| 4 | 5 | 4 | 3.5 | 4 | 4.5 |',
    six,
  ],
  [
    'an HTML table',
    '<table><tr><th>Dimension</th><th>Score</th></tr><tr><td>Accuracy</td><td>4</td></tr><tr><td>Safety</td><td>5</td></tr><tr><td>Medical Groundedness</td><td>4</td></tr><tr><td>Clinical Coverage</td><td>3.5</td></tr><tr><td>Reasoning Coherence</td><td>4</td></tr><tr><td>Description Precision</td><td>4.5</td></tr></table>',
    six,
  ],
  [
    'tabs',
    'Accuracy\t4\nSafety\t5\nMedical Groundedness\t4\nClinical Coverage\t3.5\nReasoning Coherence\t4\nDescription Precision\t4.5',
    six,
  ],
  [
    'commas',
    'dimension,score\naccuracy,4\nsafety,5\nmedical_groundedness,4\nclinical_coverage,3.5\nreasoning_coherence,4\ndescription_precision,4.5',
    six,
  ],
  [
    'JSON',
    '{"scores": {"Accuracy": 4.0, "Safety": 5.0, "Medical Groundedness": 4, "Clinical Coverage": 3.5, "Reasoning Coherence": 4, "Description Precision": 4.5}, "justification": "Names 2 of 3 findings."}',
    six,
  ],
  [
    'JSON in a fence, in prose that has numbers',
    'I compared both texts. The reference lists 5 findings, the candidate 3.\n\n```json\n{"accuracy": 4, "safety": 5, "medical_groundedness": 4, "clinical_coverage": 3.5, "reasoning_coherence": 4, "description_precision": 4.5}\n```\n\nOverall this is 4.2 of 5.',
    six,
  ],
  [
    'JSON with a reason for each',
    'Here you are: {"accuracy": {"score": 4, "reason": "2 of 3"}, "safety": {"rating": "5/5"}, "medicalGroundedness": {"score": 8, "max_score": 10}, "clinicalCoverage": {"score": "3.5"}, "reasoningCoherence": {"score": 4}, "descriptionPrecision": {"value": 4.5}}',
    six,
  ],
  [
    'JSON as a list',
    '[{"dimension": "Accuracy", "score": 4}, {"dimension": "Safety", "score": 5}, {"dimension": "Medical Groundedness", "score": 4}, {"dimension": "Clinical Coverage", "score": 3.5}, {"dimension": "Reasoning Coherence", "score": 4}, {"dimension": "Description Precision", "score": 4.5}]',
    six,
  ],
  [
    'a Python dictionary',
    "{'Accuracy': 4, 'Safety': 5, 'Medical Groundedness': 4, 'Clinical Coverage': 3.5, 'Reasoning Coherence': 4, 'Description Precision': 4.5,}",
    six,
  ],
  [
    'JSON with nulls',
    '{"accuracy": null, "safety": 5, "medical_groundedness": "N/A", "clinical_coverage": "not assessable", "reasoning_coherence": 4, "description_precision": true}',
    [null, 5, null, null, 4, null],
  ],
  [
    'JSON that was cut off',
    '{"scores": {"Accuracy": 4, "Safety": 5, "Medical Groundedness": 4, "Clinical Cov',
    [4, 5, 4, null, null, null],
  ],
  [
    'JSON of ten',
    '{"scale": 10, "accuracy": 8, "safety": 10, "medical_groundedness": 8, "clinical_coverage": 7, "reasoning_coherence": 8, "description_precision": 9}',
    six,
  ],
  [
    'JSON that takes back the draft before it',
    'Draft: Accuracy: 2, Safety: 3. After reading again:\n{"Accuracy": 4, "Safety": 5, "Medical Groundedness": 4, "Clinical Coverage": 3.5, "Reasoning Coherence": 4, "Description Precision": 4.5}',
    six,
  ],
  [
    'one line',
    'Accuracy: 4, Safety: 5, Medical Groundedness: 4, Clinical Coverage: 3.5, Reasoning Coherence: 4, Description Precision: 4.5',
    six,
  ],
  [
    'one line with bars',
    'Accuracy: 4 | Safety: 5 | Groundedness: 4 | Coverage: 3.5 | Coherence: 4 | Precision: 4.5',
    six,
  ],
  [
    'one line with slashes',
    'Accuracy 4/5; Safety 5/5; Groundedness 4/5; Coverage 3.5/5; Coherence 4/5; Precision 4.5/5.',
    six,
  ],
  [
    'equal signs',
    'accuracy=4\nsafety = 5\nmedical_groundedness=4\nclinical_coverage = 3.5\nreasoning_coherence=4\ndescription_precision=4.5',
    six,
  ],
  [
    'dashes',
    'Accuracy – 4\nSafety — 5\nMedical Groundedness - 4\nClinical Coverage – 3.5\nReasoning Coherence — 4\nDescription Precision – 4.5',
    six,
  ],
  [
    'arrows',
    'Accuracy -> 4\nSafety → 5\nMedical Groundedness => 4\nClinical Coverage → 3.5\nReasoning Coherence → 4\nDescription Precision → 4.5',
    six,
  ],
  [
    'dots as in a list of contents',
    'Accuracy ........ 4\nSafety .......... 5\nMedical Groundedness ... 4\nClinical Coverage ...... 3.5\nReasoning Coherence .... 4\nDescription Precision … 4.5',
    six,
  ],
  ['initials', 'ACC: 4\nSafety: 5\nMG: 4\nCC: 3.5\nRC: 4\nDP: 4.5', six],
  [
    'other names',
    'Diagnostic accuracy: 4\nPatient safety: 5\nGrounding: 4\nClinical completeness: 3.5\nLogical coherence: 4\nDescriptive precision: 4.5',
    six,
  ],
  ['a name within another', 'Accuracy: 4\nDescription Accuracy: 2\nSafety: 5', [4, 5, null, null, null, 2]],
  [
    'names joined by hyphens and capitals',
    'ACCURACY: 4\nSAFETY: 5\nMEDICAL-GROUNDEDNESS: 4\nCLINICAL-COVERAGE: 3.5\nREASONING-COHERENCE: 4\nDESCRIPTION-PRECISION: 4.5',
    six,
  ],
  [
    'the scale behind the name',
    'Accuracy (0-5): 4\nSafety (0–5 scale): 5\nMedical Groundedness (out of 5): 4\nClinical Coverage [0-5]: 3.5\nReasoning Coherence (/5): 4\nDescription Precision (5): 4.5',
    six,
  ],
  [
    'a scale of ten behind the name',
    'Accuracy (0-10): 8\nSafety (out of 10): 10\nMedical Groundedness (/10): 8\nClinical Coverage (1-10): 7\nReasoning Coherence (max 10): 8\nDescription Precision (0 to 10): 9',
    six,
  ],
  [
    'a scale of ten that is stated once',
    'All scores are on a scale of 0 to 10.\nAccuracy: 8\nSafety: 10\nGroundedness: 8\nCoverage: 7\nCoherence: 4\nPrecision: 5',
    [4, 5, 4, 3.5, 2, 2.5],
  ],
  [
    'numbers that can only be of ten',
    'Accuracy: 8\nSafety: 10\nGroundedness: 8\nCoverage: 7\nCoherence: 4\nPrecision: 9',
    [4, 5, 4, 3.5, 2, 4.5],
  ],
  [
    'one number above five among others',
    'Accuracy: 4\nSafety: 8\nGroundedness: 4\nCoverage: 3\nCoherence: 4\nPrecision: 5',
    [4, null, 4, 3, 4, 5],
  ],
  [
    'more than there is',
    'Accuracy: 6/5\nSafety: 11/10\nGroundedness: -1\nCoverage: 3\nCoherence: 120%\nPrecision: 5/5',
    [null, null, null, 3, null, 5],
  ],
  [
    'per cent',
    'Accuracy: 80%\nSafety: 100%\nMedical Groundedness: 80 %\nClinical Coverage: 70%\nReasoning Coherence: 80%\nDescription Precision: 90%',
    six,
  ],
  [
    'of a hundred',
    'Accuracy: 80/100\nSafety: 100/100\nMedical Groundedness: 80/100\nClinical Coverage: 70 out of 100\nReasoning Coherence: 80/100\nDescription Precision: 90/100',
    six,
  ],
  [
    'ranges',
    'Accuracy: 3-4\nSafety: 4–5\nGroundedness: 3.5 to 4.5\nCoverage: 7-8/10\nCoherence: between 3 and 4\nPrecision: 4~5',
    [3.5, 4.5, 4, 3.75, 3.5, 4.5],
  ],
  [
    'a number, a dash and a reason that begins with a number',
    'Accuracy: 4 - 5 findings are named, 1 is wrong\nSafety: 3 - 2 weeks is late',
    [4, 3, null, null, null, null],
  ],
  [
    'a copy of the scale',
    'Accuracy: 0-5\nSafety: 1-5\nGroundedness: <score>\nCoverage: x/5\nCoherence: _/5\nPrecision: [0-5]',
    none,
  ],
  [
    'words',
    'Accuracy: four\nSafety: Five out of five\nGroundedness: four/5\nCoverage: three and a half\nCoherence: Four points\nPrecision: four and a half out of 5',
    six,
  ],
  ['halves', 'Accuracy: 4\nSafety: 5\nGroundedness: 4\nCoverage: 3½\nCoherence: 4\nPrecision: 4 ½', six],
  [
    'decimal commas',
    'Accuracy: 4,0\nSafety: 5,0/5\nGroundedness: 4\nCoverage: 3,5\nCoherence: 4\nPrecision: 4,5/5',
    six,
  ],
  [
    'stars',
    'Accuracy: ★★★★☆\nSafety: ⭐⭐⭐⭐⭐\nGroundedness: ⭐️⭐️⭐️⭐️\nCoverage: 3.5 stars\nCoherence: ★★★★☆ (4/5)\nPrecision: 4.5/5 ⭐',
    six,
  ],
  [
    'about',
    'Accuracy: ~4\nSafety: approximately 5\nGroundedness: about 4\nCoverage: ≈3.5\nCoherence: 4 ± 0.5\nPrecision: around 4.5',
    six,
  ],
  [
    'a sum',
    'Accuracy: 5 - 1 = 4\nSafety: 5\nGroundedness: 5-1=4\nCoverage: 5 - 1 - 0.5 = 3.5\nCoherence: 3 + 1 = 4\nPrecision: 5 - 0.5 = 4.5/5',
    six,
  ],
  [
    'second thoughts',
    'Accuracy: ~~2~~ 4\nSafety: 3 → 5\nGroundedness: 3/5 -> 4/5\nCoverage: 3.5\nCoherence: 4\nPrecision: 4.5',
    six,
  ],
  [
    'numbers in the reasons',
    'Accuracy: 4 (misses 2 of 5 findings; I would say 3 at worst)\nSafety: 5 because it refers within 14 days\nMedical Groundedness: 4. Cites 3 sources from 2019.\nClinical Coverage: 3.5, 1 differential of 3\nReasoning Coherence: 4; steps 1 to 3 follow\nDescription Precision: 4.5 since 6 mm and 2 colours are named',
    six,
  ],
  [
    'a count where the score should be',
    'Accuracy: 3 lesions were described correctly, hence 4/5\nSafety: 2 of 3 warnings are given. Score: 5\nGroundedness: 4/5/2024 is the date',
    [4, 5, null, null, null, null],
  ],
  [
    'names in the reasons of others',
    'Accuracy: 4 - safety of the advice is judged below\nSafety: 5 - accuracy aside, coherence is good\nReasoning: 4 - precision: see below',
    [4, 5, null, null, 4, null],
  ],
  [
    'sentences',
    'I would give accuracy a 4 out of 5. Safety is rated 5/5. Medical groundedness gets 4. Clinical coverage receives a 3.5. Reasoning coherence scores 4/5, and description precision is 4.5.',
    six,
  ],
  [
    'the score first',
    '4/5 for accuracy, 5/5 for safety, 4/5 for medical groundedness, 3.5/5 for clinical coverage, 4/5 for reasoning coherence and 4.5/5 for description precision.',
    six,
  ],
  [
    'a verdict on a line of its own',
    '**Accuracy**\n4\nMisses 2 findings.\n\n**Safety**\n5\n\n**Medical Groundedness**\n4/5\n\n**Clinical Coverage**\n3.5\n\n**Reasoning Coherence**\n4\n\n**Description Precision**\n4.5',
    six,
  ],
  [
    'a list below each name',
    '- Accuracy:\n  - Score: 4\n  - Reason: 2 of 3 findings\n- Safety:\n  - Score: 5\n- Medical Groundedness:\n  - Score: 4\n- Clinical Coverage:\n  - Score: 3.5\n- Reasoning Coherence:\n  - Score: 4\n- Description Precision:\n  - Score: 4.5',
    six,
  ],
  [
    'final scores after first ones',
    'Accuracy: 3\nSafety: 4\n\nLooking again, the referral is clear.\n\n**Final scores**\nAccuracy: 4\nSafety: 5\nMedical Groundedness: 4\nClinical Coverage: 3.5\nReasoning Coherence: 4\nDescription Precision: 4.5',
    six,
  ],
  ['said twice alike', 'Accuracy: 4\nSafety: 5\n\nSummary: Accuracy: 4/5, Safety: 5/5', [4, 5, null, null, null, null]],
  ['said twice, each time otherwise', 'Accuracy: 4\nSafety: 5\n\nAccuracy: 2\n', [null, 5, null, null, null, null]],
  ['two texts scored', 'Candidate\nAccuracy: 3\nSafety: 4\nReference\nAccuracy: 5\nSafety: 5', none],
  [
    'thinking first',
    '<think>Accuracy: 1? Safety: 2? No.</think>\nAccuracy: 4\nSafety: 5\nMedical Groundedness: 4\nClinical Coverage: 3.5\nReasoning Coherence: 4\nDescription Precision: 4.5',
    six,
  ],
  ['thinking that was cut off', '<think>Accuracy: 1, Safety: 2, let me think', none],
  ['a refusal', "I'm sorry, but I can't score medical narratives. Please ask a dermatologist.", none],
  [
    'a refusal that names the scale',
    'I cannot assign scores from 0 to 5 for Accuracy, Safety or the other 4 dimensions without the image.',
    none,
  ],
  ['nothing', '', none],
  ['the sum alone', 'Overall Score: 4.2/5', none],
  ['six numbers without names', '4, 5, 4, 3.5, 4, 4.5', none],
  [
    'not scored',
    'Accuracy: N/A\nSafety: not applicable\nMedical Groundedness: cannot be assessed without the image\nClinical Coverage: -\nReasoning Coherence: unable to judge\nDescription Precision: ?',
    none,
  ],
  [
    'the prompt, repeated before the scores',
    'Accuracy: whether the diagnosis and the findings are right\nSafety: whether nobody is harmed\n\nAccuracy: 4\nSafety: 5\nMedical Groundedness: 4\nClinical Coverage: 3.5\nReasoning Coherence: 4\nDescription Precision: 4.5',
    six,
  ],
  [
    'the overall between',
    'Overall: 4.2\nAccuracy: 4\nSafety: 5\nMedical Groundedness: 4\nClinical Coverage: 3.5\nReasoning Coherence: 4\nDescription Precision: 4.5\nTotal: 25/30',
    six,
  ],
  ['a heading whose score is the overall’s', 'Accuracy\nWrong lesion.\n\nOverall score: 2/5', none],
  [
    'quotes and commas',
    '"Accuracy": 4,\n"Safety": 5,\n"Medical Groundedness": 4,\n"Clinical Coverage": 3.5,\n"Reasoning Coherence": 4,\n"Description Precision": 4.5',
    six,
  ],
  [
    'square brackets',
    'Accuracy: [4]\nSafety: [5]\nMedical Groundedness: [[4]]\nClinical Coverage: (3.5)\nReasoning Coherence: [4/5]\nDescription Precision: {4.5}',
    six,
  ],
  [
    'LaTeX',
    'Accuracy: $\\boxed{4}$\nSafety: $5/5$\nMedical Groundedness: $\\frac{4}{5}$\nClinical Coverage: \\boxed{3.5}\nReasoning Coherence: $4$\nDescription Precision: $4.5$',
    six,
  ],
  [
    'Chinese',
    '准确性：4分\n安全性：5分\n医学依据：4分（满分5分）\n临床覆盖：3.5分\n推理连贯性：4/5\n描述精确性：4.5分',
    six,
  ],
  [
    'full-width forms',
    'Ａｃｃｕｒａｃｙ：４／５\nＳａｆｅｔｙ：５／５\n医学依据性：４\n临床覆盖度：３．５\n推理一致性：８／１０\n描述准确性：４．５',
    six,
  ],
  [
    'Chinese with reasons',
    '1、准确性（0-5分）：4分。遗漏了2个体征。\n2、安全性（0-5分）：5分，建议2周内复诊。\n3、医学依据（0-5分）：4分\n4、临床覆盖面（0-5分）：3.5分，只有1个鉴别诊断\n5、推理连贯性（0-5分）：4分\n6、描述精确性（0-5分）：4.5分\n总分：25分',
    six,
  ],
  [
    'Chinese of ten',
    '（满分10分）\n诊断准确性：8分\n安全性：10分\n医学依据：8分\n临床覆盖：7分\n逻辑连贯性：8分\n描述精准度：9分',
    six,
  ],
  [
    'Chinese numerals',
    '准确性：四分\n安全性：五分\n医学依据：四分\n临床覆盖：三点五分\n推理连贯性：四分\n描述精确性：四点五分',
    six,
  ],
  [
    'a Chinese table',
    '| 维度 | 评分 | 理由 |\n| --- | --- | --- |\n| 准确性 | 4 | 2处遗漏 |\n| 安全性 | 5 | 好 |\n| 医学依据 | 4 | 好 |\n| 临床覆盖 | 3.5 | 1个鉴别 |\n| 推理连贯性 | 4 | 好 |\n| 描述精确性 | 4.5 | 好 |',
    six,
  ],
  [
    'Chinese JSON',
    '{"准确性": 4, "安全性": "5分", "医学依据": {"得分": 4, "理由": "2处"}, "临床覆盖": "3.5/5", "推理连贯性": 4, "描述精确性": 4.5}',
    six,
  ],
  [
    'traditional characters',
    '準確性：4／5\n安全性：5／5\n醫學依據：4／5\n臨床覆蓋：3.5／5\n推理連貫性：4／5\n描述精確性：4.5／5',
    six,
  ],
  ['a Chinese refusal', '抱歉，作为人工智能，我无法对该诊断进行评分。', none],
  ['not scored in Chinese', '准确性：无法评估\n安全性：不适用\n医学依据：4分', [null, null, 4, null, null, null]],
  [
    'Japanese',
    '正確性: 4/5\n安全性: 5/5\n医学的根拠: 4/5\n臨床的網羅性: 3.5/5\n推論の一貫性: 4/5\n記述の精度: 4.5/5',
    six,
  ],
];
