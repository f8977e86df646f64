/** Other names of a disease, as the readers of answers know them: for open questions, whose options no model sees. */
import diseases from '../../knowledge/diseases.json' with { type: 'json' };
import { normaliseLabel } from '../../knowledge/label.ts';
import { diseaseNamed } from '../../questions/reading/diseases.ts';

const namesOf: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries(diseases).map(([node, { names }]) => [node, names]),
);

/** Empty for a label that the taxonomy does not know. */
export function synonymsOf(label: string): string[] {
  const node = diseaseNamed.get(normaliseLabel(label));
  return node === undefined ? [] : [...(namesOf.get(node) ?? [])];
}
