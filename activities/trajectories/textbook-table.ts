/** The textbook's cases on disk, found by position; memory holds some 20 bytes per case. */
import type { Case } from '../../domain/cases/case.ts';
import { isTextbookCase, type Textbook, type TextbookCase } from '../../domain/trajectories/plan.ts';
import type { Rows } from '../rows.ts';
import { openScratchDatabase } from '../scratch-database.ts';

export interface TextbookTable extends Textbook, Disposable {
  caseAt(at: number): TextbookCase;
}

export async function readTextbookTable(cases: Rows<Case>): Promise<TextbookTable> {
  const database = openScratchDatabase('create table book (at integer primary key, id text, line text)');
  const insert = database.prepare('insert into book values (?, ?, ?)');
  const positions = new Map<string, number[]>();
  const diagnoses: string[] = [];
  try {
    for await (const c of cases) {
      if (!isTextbookCase(c)) continue;
      const own = positions.get(c.diagnosis) ?? [];
      positions.set(c.diagnosis, own);
      own.push(diagnoses.length);
      insert.run(diagnoses.length, c.id, JSON.stringify(c));
      diagnoses.push(c.diagnosis);
    }
  } catch (error) {
    database.close();
    throw error;
  }
  const selectId = database.prepare('select id from book where at = ?');
  const selectLine = database.prepare('select line from book where at = ?');
  return {
    count: diagnoses.length,
    diagnoses: [...positions.keys()],
    idOf: (at) => String(selectId.get(at)?.id),
    diagnosisOf: (at) => diagnoses[at] ?? '',
    casesOf: (diagnosis) => positions.get(diagnosis) ?? [],
    caseAt: (at) => JSON.parse(String(selectLine.get(at)?.line)), // as it was written above
    [Symbol.dispose]: () => database.close(),
  };
}
