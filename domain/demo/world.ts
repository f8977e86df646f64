/** Draws the demo's cases: a clinic's labelled images, several per patient, and a textbook's, with rationales. */
import { createRandom, type Random } from '../random.ts';
import type { GeneratedSpec } from '../recipe/data.ts';
import { writeRationale } from '../trajectories/rationale.ts';
import { drawAppearance, type LesionAppearance } from './appearance.ts';
import {
  type DemoDiagnosis,
  demoDiagnoses,
  type Findings,
  findingKinds,
  findingValues,
  listFindings,
} from './findings.ts';

export interface DemoCase {
  /** In HAM10000's manner: `ISIC_…`-like for images, `HAM_…`-like for lesions. */
  id: string;
  patient: string;
  lesion: string;
  diagnosis: DemoDiagnosis;
  findings: Findings;
  appearance: LesionAppearance;
  age: number;
  sex: 'male' | 'female';
  localization: string;
  /** Textbook cases only. */
  rationale?: string;
}

const localizations = ['back', 'face', 'lower extremity', 'trunk', 'upper extremity'] as const;
const imagesPerPatient = [1, 1, 2, 2, 3] as const;

/** The same spec and seed give the same cases; clinic and textbook are independent of each other's sizes. */
export function generateWorld(spec: GeneratedSpec, seed: number): { clinic: DemoCase[]; textbook: DemoCase[] } {
  const random = createRandom(`demo-world/${seed}`);
  return {
    clinic: drawClinic(spec.images, spec.atypical, random.fork('clinic')),
    textbook: drawTextbook(spec.textbook, spec.atypicalTextbook, random.fork('textbook')),
  };
}

function drawClinic(images: number, atypical: number, random: Random): DemoCase[] {
  const cases: DemoCase[] = [];
  for (let patient = 1; cases.length < images; patient += 1) {
    const person = drawPerson(random);
    const count = Math.min(random.pick(imagesPerPatient), images - cases.length);
    for (let i = 0; i < count; i += 1) {
      const number = String(cases.length + 1).padStart(7, '0');
      const patientName = `P_${String(patient).padStart(5, '0')}`;
      cases.push({
        id: `DEMO_${number}`,
        patient: patientName,
        lesion: `LES_${number}`,
        ...person,
        ...drawLesion(atypical, random),
      });
    }
  }
  return cases;
}

function drawTextbook(count: number, atypical: number, random: Random): DemoCase[] {
  return Array.from({ length: count }, (_, i) => {
    const number = String(i + 1).padStart(5, '0');
    const lesion = drawLesion(atypical, random);
    const rationale = writeRationale(listFindings(lesion.findings), lesion.diagnosis.name);
    return {
      id: `BOOK_${number}`,
      patient: `B_${number}`,
      lesion: `BL_${number}`,
      ...drawPerson(random),
      ...lesion,
      rationale,
    };
  });
}

const drawPerson = (random: Random): Pick<DemoCase, 'age' | 'sex'> => ({
  age: 5 * random.int(4, 17),
  sex: random.pick(['male', 'female'] as const),
});

function drawLesion(
  atypical: number,
  random: Random,
): Pick<DemoCase, 'diagnosis' | 'findings' | 'appearance' | 'localization'> {
  const diagnosis = random.pick(demoDiagnoses);
  const findings = random.float() < atypical ? makeAtypical(diagnosis.findings, random) : diagnosis.findings;
  return {
    diagnosis,
    findings,
    appearance: drawAppearance(findings, random),
    localization: random.pick(localizations),
  };
}

/** One finding replaced by any value of its kind, which may be the typical one. */
function makeAtypical(findings: Findings, random: Random): Findings {
  const kind = random.pick(findingKinds);
  return { ...findings, [kind]: random.pick(findingValues[kind]) };
}

/** Findings drawn each by itself: what the base model sees, so that no diagnosis hides in their combinations. */
export const drawIndependentFindings = (random: Random): Findings => ({
  colour: random.pick(findingValues.colour),
  border: random.pick(findingValues.border),
  structure: random.pick(findingValues.structure),
});
