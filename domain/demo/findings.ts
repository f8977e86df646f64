/**
 * The demo's world: which findings make which diagnosis. A simplified reading of dermoscopy textbooks, made to be
 * learnable by a tiny model; the images are drawings and no statement about real lesions.
 */
export const findingKinds = ['colour', 'border', 'structure'] as const;
export type FindingKind = (typeof findingKinds)[number];
export type Findings = Record<FindingKind, string>;

export const findingValues = {
  colour: ['tan', 'dark brown', 'pink', 'red', 'white'],
  border: ['regular border', 'irregular border'],
  structure: ['pigment network', 'milia-like cysts', 'arborizing vessels', 'scale', 'lacunae'],
} as const satisfies Record<FindingKind, readonly string[]>;

export interface DemoDiagnosis {
  /** Canonical name in the taxonomy. */
  name: string;
  /** What stands in the `dx` column: HAM10000's code where it has one. */
  label: string;
  findings: Findings;
}

const diagnosis = (name: string, label: string, colour: string, border: string, structure: string): DemoDiagnosis => ({
  name,
  label,
  findings: { colour, border: `${border} border`, structure },
});

export const demoDiagnoses: readonly DemoDiagnosis[] = [
  diagnosis('melanocytic nevus', 'nv', 'tan', 'regular', 'pigment network'),
  diagnosis('melanoma', 'mel', 'dark brown', 'irregular', 'pigment network'),
  diagnosis('benign keratosis-like lesion', 'bkl', 'tan', 'irregular', 'milia-like cysts'),
  diagnosis('basal cell carcinoma', 'bcc', 'pink', 'regular', 'arborizing vessels'),
  diagnosis('actinic keratosis or bowen disease', 'akiec', 'pink', 'irregular', 'scale'),
  diagnosis('squamous cell carcinoma', 'squamous cell carcinoma', 'red', 'irregular', 'scale'),
  diagnosis('hemangioma', 'hemangioma', 'red', 'regular', 'lacunae'),
  diagnosis('dermatofibroma', 'df', 'white', 'regular', 'pigment network'),
];

/** In the order in which rationales name them. */
export const listFindings = (findings: Findings): string[] => findingKinds.map((kind) => findings[kind]);
