/** Writes `diseases.json`: what the readers of answers know of the taxonomy, without reading a file. */
import { normaliseLabel } from './label.ts';
import type { Taxonomy } from './taxonomy.ts';

/** One line per node: the nodes above it and all its names, normalised. Labels that name no disease are left out. */
export function drawDiseases(taxonomy: Taxonomy): string {
  const lines = taxonomy.names
    .filter((name) => !taxonomy.isCatchAll(name))
    .map((name) => {
      const parents = [taxonomy.parent(name), ...taxonomy.relations(name).within].filter((parent) => parent !== null);
      const names = new Set([name, ...taxonomy.synonyms(name)].map(normaliseLabel));
      return `${JSON.stringify(name)}: ${JSON.stringify({ parents, names: [...names] })}`;
    });
  return `{\n${lines.join(',\n')}\n}\n`;
}
