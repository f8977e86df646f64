/**
 * Tables as pandas writes them with `quoting=csv.QUOTE_ALL`: every field in quotes, a quote doubled, rows ended by a line
 * feed. Own code since the table reader of the imports needs Node; read and written again a table has the same bytes.
 */
import { userMistake } from '../../failures.ts';

export interface QuotedTable {
  columns: string[];
  rows: string[][];
}

/** Reads quoted and plain fields. A row with another number of fields is a user's mistake that names it. */
export function parseQuotedTable(text: string, separator: ',' | '\t', file: string): QuotedTable {
  const rows: string[][] = [];
  let row: string[] = [];
  const source = text.replace(/^\ufeff/, '');
  let at = 0;
  while (at < source.length) {
    const field = readField(source, at, separator);
    row.push(field.value);
    at = field.end;
    if (at > source.length || (at < source.length && !`${separator}\r\n`.includes(source[at] ?? ''))) {
      const [what, remedy] =
        at > source.length
          ? ['is not closed', 'the file may be cut off']
          : ['is followed by text', 'write a quote in it twice'];
      throw userMistake(`${file}: row ${rows.length}: field ${row.length}: its quote ${what}; ${remedy}`);
    }
    if (source[at] === separator) {
      at += 1;
      if (at < source.length) continue;
      row.push('');
    }
    at += source.startsWith('\r\n', at) ? 2 : 1;
    rows.push(row);
    row = [];
  }
  const [columns, ...body] = rows;
  if (!columns) throw userMistake(`${file}: is empty`);
  const odd = body.findIndex(({ length }) => length !== columns.length);
  if (odd >= 0)
    throw userMistake(`${file}: row ${odd + 1}: has ${body[odd]?.length} fields, the header ${columns.length}`);
  return { columns, rows: body };
}

/** The field that begins at a place, and the place behind it. */
function readField(text: string, start: number, separator: string): { value: string; end: number } {
  if (text[start] !== '"') {
    const rest = new RegExp(`[${separator}\\r\\n]`, 'g');
    rest.lastIndex = start;
    const end = rest.exec(text)?.index ?? text.length;
    return { value: text.slice(start, end), end };
  }
  let end = start + 1;
  while (end < text.length && !(text[end] === '"' && text[end + 1] !== '"')) end += text[end] === '"' ? 2 : 1;
  return { value: text.slice(start + 1, end).replaceAll('""', '"'), end: end + 1 };
}

/** Row by row: all of a large table are more than one text can hold. */
export function* printQuotedTable({ columns, rows }: QuotedTable, separator: ',' | '\t'): Generator<string> {
  for (const all of [[columns], rows])
    for (const row of all) yield `${row.map((field) => `"${field.replaceAll('"', '""')}"`).join(separator)}\n`;
}
