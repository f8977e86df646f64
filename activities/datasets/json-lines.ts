import { canonicalJson } from '../../domain/artifact.ts';

/** One canonical JSON text a line: equal rows give equal bytes. */
export const toJsonLines = (rows: readonly unknown[]): string => rows.map((row) => `${canonicalJson(row)}\n`).join('');
