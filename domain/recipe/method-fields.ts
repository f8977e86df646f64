/** Whose a recipe's fields are: one that is read as one method and has another's fields was meant to be the other's. */
import { assumedMethod, type MethodName, methodNames, schemaOfMethod } from './recipe.ts';

const hasField = (method: MethodName, field: string): boolean => Object.hasOwn(schemaOfMethod[method].shape, field);

export interface ForeignFields {
  /** In the recipe's order. */
  fields: string[];
  /** What is wrong, without the file. */
  message: string;
  /** Whether the recipe names the method whose fields they are not. */
  isNamed: boolean;
}

/** Fields that another method has and this one has not; null where there are none, or the method is none that is known. */
export function foreignFields(recipe: unknown): ForeignFields | null {
  if (typeof recipe !== 'object' || recipe === null) return null;
  const named: unknown = Reflect.get(recipe, 'method');
  const method = methodNames.find((each) => each === (named ?? assumedMethod));
  if (!method) return null;
  for (const other of methodNames) {
    const fields = Object.keys(recipe).filter((key) => !hasField(method, key) && hasField(other, key));
    if (fields.length === 0) continue;
    const isNamed = (named ?? null) !== null;
    const read = isNamed ? `method is "${method}"` : `method is missing, so that the recipe is read as "${method}"`;
    const what = `${fields.join(', ')} ${fields.length === 1 ? 'is a field' : 'are fields'} of "${other}"`;
    const remedy = isNamed
      ? `give method: ${other}, or remove ${fields.length === 1 ? 'it' : 'them'}`
      : `add method: ${other}`;
    return { fields, isNamed, message: `${read}, and ${what}; ${remedy}` };
  }
  return null;
}
