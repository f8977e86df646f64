/**
 * Tables as text: separated by commas, by tabs, or as Excel's first line `sep=;` says; UTF-8, or UTF-16 with a byte order
 * mark; LF or CRLF.
 */
import { pipeline } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import { userMistake } from '../../../domain/failures.ts';
import { kindOf } from './file-kind.ts';
import type { FileReader } from './file-ref.ts';
import { type DataFile, fileExtension, fileName } from './folder.ts';
import type { Table } from './table.ts';
import { asDamage } from './zip.ts';

export function csvTable(file: DataFile, reader: FileReader): Table {
  const name = fileName(file);
  async function* records(): AsyncGenerator<{ record: string[]; line: number }> {
    const { separator, firstLine, encoding } = await shapeOf(file, reader);
    const parser = parse({
      ...{ bom: true, info: true, relaxColumnCount: true, skipEmptyLines: true },
      ...{ delimiter: separator, fromLine: firstLine, recordDelimiter: ['\r\n', '\n', '\r'] },
    });
    const text = await reader.stream(file.ref);
    if (encoding === 'utf16le') text.setEncoding(encoding);
    // Errors of either stream come out of the iteration below.
    pipeline(text, parser, () => {});
    try {
      // With `info` set each element is the record with its position, which the library's types leave out.
      for await (const { record, info } of parser as AsyncIterable<{ record: string[]; info: { lines: number } }>) {
        yield { record, line: info.lines };
      }
    } catch (error) {
      if (error instanceof CsvError)
        throw userMistake(
          `${name}: is not a CSV table: ${error.message}; mend the row, e.g. an open quote, or save the table again as CSV`,
          error,
        );
      throw asDamage(name, error);
    }
  }
  return {
    name,
    async columns() {
      for await (const { record } of records()) return record.map((column) => column.trim());
      return [];
    },
    async *records() {
      let header = true;
      for await (const { record, line } of records()) {
        if (!header) yield { where: `${name}: row ${line}`, fields: record };
        header = false;
      }
    },
  };
}

interface Shape {
  separator: string;
  /** Line of the header, counted from one. */
  firstLine: number;
  encoding: 'utf8' | 'utf16le';
}

const headBytes = 64 * 1024;

/** What a file is that is no text table, and the remedy; null where it may be one. */
function whyNoTable(head: Uint8Array): string | null {
  const kind = kindOf(head);
  if (kind === 'an HTML page') return 'is a web page, not a table; download the table itself again';
  if (kind === 'JSON') return 'is JSON, not a table; download the table as CSV';
  const hex = Buffer.from(head.subarray(0, 8)).toString('hex');
  if (hex.startsWith('504b0304')) return 'is an Excel workbook or a zip archive, not text; save the table as CSV';
  if (hex.startsWith('d0cf11e0a1b11ae1')) return 'is an Excel workbook, not text; save the table as CSV';
  if (hex.startsWith('1f8b')) return 'is packed by gzip; unpack it';
  return null;
}

/** A separator other than these would look like one column, or like broken quotes further down, so it is refused. */
async function shapeOf(file: DataFile, reader: FileReader): Promise<Shape> {
  const head = await reader.head(file.ref, headBytes).catch((error: unknown) => {
    throw asDamage(fileName(file), error);
  });
  const noTable = whyNoTable(head);
  if (noTable !== null) throw userMistake(`${fileName(file)}: ${noTable}`);
  const encoding = head[0] === 0xff && head[1] === 0xfe ? 'utf16le' : 'utf8';
  const lines = Buffer.from(head)
    .toString(encoding)
    .replace(/^\uFEFF/, '')
    .split(/\r\n|\n|\r/);
  const first = Math.max(
    0,
    lines.findIndex((line) => line.trim() !== ''),
  );
  const said = /^"?sep=(.)"?$/i.exec(lines[first] ?? '')?.[1];
  if (said !== undefined) return { separator: said, firstLine: first + 2, encoding };
  const header = (lines[first] ?? '').replaceAll(/"[^"]*"/g, '');
  const tabs = header.includes('\t') && (!header.includes(',') || ['.tab', '.tsv'].includes(fileExtension(file)));
  if (tabs) return { separator: '\t', firstLine: 1, encoding };
  const other = header.includes(',') ? undefined : /[;|]/.exec(header)?.[0];
  if (other !== undefined) {
    throw userMistake(`${fileName(file)}: row 1: columns are separated by "${other}"; save the table with commas`);
  }
  return { separator: ',', firstLine: 1, encoding };
}
