/** What a file is by its first bytes, whatever its name says. */

/** How many first bytes decide it. */
export const kindBytes = 512;

const signatures: readonly [kind: string, hex: RegExp][] = [
  ['jpeg', /^ffd8ff/],
  ['png', /^89504e470d0a1a0a/],
  ['tiff', /^(?:49492a00|4d4d002a|49492b00|4d4d002b)/],
  ['webp', /^52494646.{8}57454250/],
  ['bmp', /^424d/],
  ['gif', /^47494638/],
  ['heif', /^.{8}66747970(?:68656963|68656978|6d696631|61766966)/],
];

export const unknownKind = 'no known image';

/** `jpeg`, `an HTML page`, …, or `unknownKind`. */
export function kindOf(head: Uint8Array): string {
  if (head.length === 0) return 'an empty file';
  const hex = Buffer.from(head.subarray(0, 16)).toString('hex');
  const known = signatures.find(([, signature]) => signature.test(hex));
  if (known) return known[0];
  const text = Buffer.from(head).toString('latin1').trimStart().replace(/^ï»¿/, '');
  if (/^<(?:!doctype|html|head|body|\?xml|!--)/i.test(text)) return 'an HTML page';
  return /^[{[]\s*["{[\]}]/.test(text) ? 'JSON' : unknownKind;
}

/** Kinds that the import decodes. */
export const acceptedKinds: readonly string[] = ['jpeg', 'png', 'tiff', 'webp', 'bmp'];
