import { describe, expect, it } from 'vitest';
import { readGivenYaml } from '../../../domain/rows/given-yaml.ts';

describe('a file of YAML or JSON', () => {
  it.each(['a: 1', '{"a": 1}', '\ufeffa: 1'])('is read: %j', (text) =>
    expect(readGivenYaml(text, 'f.yaml')).toEqual({ a: 1 }),
  );

  it('with half of a character is refused', () =>
    expect(() => readGivenYaml('a: "b\\udce4"', 'f.yaml')).toThrow(/^f\.yaml: .+"b\\udce4" has half of a character/));

  it('that is neither is refused in one line', () =>
    expect(() => readGivenYaml('a: [', 'f.yaml')).toThrow(/^f\.yaml: is neither YAML nor JSON \([^\n]+\)$/));
});
