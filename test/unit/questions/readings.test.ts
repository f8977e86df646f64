import { describe, expect, it } from 'vitest';
import { extractAnswer, extractLeniently } from '../../../domain/questions/extract.ts';
import { asked, inForm } from '../../support/asked.ts';
import { readings } from './readings.ts';

describe.each(Object.entries(readings))('%s', (_, rows) => {
  it.each(rows)('%s: %j gives %s, %s', (question, content, letter, malignancy) => {
    expect(extractAnswer(inForm(content), asked[question])).toMatchObject({ format: true, letter, malignancy });
  });

  it('the lenient reader finds what the strict one found', () => {
    for (const [question, content, letter, malignancy] of rows) {
      if (letter !== null)
        expect(extractLeniently(inForm(content), asked[question])).toMatchObject({ letter, malignancy });
    }
  });
});
