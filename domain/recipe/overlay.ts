/** How a recipe that extends another one is read. */

/** `base` with the fields of `changes` put over it; lists and single values are replaced whole, null stands for itself. */
export function overlay(base: unknown, changes: unknown): unknown {
  if (!isObject(base) || !isObject(changes)) return changes;
  const changed = Object.entries(changes).map(([name, value]) => [name, overlay(base[name], value)]);
  return { ...base, ...Object.fromEntries(changed) };
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
