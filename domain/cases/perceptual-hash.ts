/**
 * The perceptual hash of a picture: a grey version of 24 x 24 cells in 64 levels, one character per cell, row by row, stretched over
 * the levels that occur. It is small enough to stand in every case, and enough to decide whether two pictures are one
 * after resizing, compression, other light, cropping, a border, mirroring and turning (alignment.ts). A border of one
 * colour is left out of it.
 */
export const hashSide = 24;
const cells = hashSide * hashSide;

/** Of the levels 0 to 63. */
const characters = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_';
const levelOfCode = Uint8Array.from({ length: 128 }, (_, code) =>
  Math.max(0, characters.indexOf(String.fromCharCode(code))),
);

export const perceptualHashPattern = new RegExp(`^[0-9a-zA-Z_-]{${cells}}$`);

export interface Pixels {
  /** Red, green and blue of each pixel, row by row. */
  rgb: Uint8Array;
  width: number;
  height: number;
}

/** Perceptual hash of a picture of at least 48 x 48 pixels. A picture of one colour is all zeros. */
export function perceptualHashOf(pixels: Pixels): string {
  const grey = shrink(pixels);
  const low = grey.reduce((least, value) => Math.min(least, value));
  const high = grey.reduce((most, value) => Math.max(most, value));
  const scale = high - low > 0 ? (characters.length - 1) / (high - low) : 0;
  let hash = '';
  for (const value of grey) hash += characters.charAt(Math.round((value - low) * scale));
  return hash;
}

/**
 * The levels of a perceptual hash, 0 to 63.
 *
 * @param levels where they are written; by default a new grid
 */
export function levelsOf(hash: string, levels: Float32Array = new Float32Array(cells)): Float32Array {
  for (let at = 0; at < cells; at += 1) levels[at] = levelOfCode[hash.charCodeAt(at)] ?? 0;
  return levels;
}

/** Mean luminance (Rec. 601) of each cell, row by row, from some lines of each cell. */
function shrink(pixels: Pixels): Float64Array {
  const { rgb, width } = pixels;
  const { rows, columns } = withoutBorder(pixels);
  const grey = new Float64Array(cells);
  const start = (index: number, [from, to]: Range): number => from + Math.floor((index * (to - from)) / hashSide);
  for (let row = 0; row < hashSide; row += 1) {
    const [top, bottom] = [start(row, rows), start(row + 1, rows)];
    const step = Math.max(1, Math.floor((bottom - top) / linesPerCell));
    for (let column = 0; column < hashSide; column += 1) {
      const [left, right] = [start(column, columns), start(column + 1, columns)];
      let sum = 0;
      let lines = 0;
      for (let y = top; y < bottom; y += step, lines += 1)
        sum += luminance(rgb, 3 * (y * width + left), 3 * (y * width + right));
      grey[row * hashSide + column] = sum / (lines * (right - left));
    }
  }
  return grey;
}

const linesPerCell = 5;

type Range = [from: number, to: number];

/** Differences of luminance, of 255, that compression leaves in one colour. */
const oneColour = 8;
/** A border is at most this share of a side; more may be skin of one colour. */
const widestBorder = 1 / 4;
const pointsOfLine = 32;

/** Rows and columns without the lines at the edges that are of one colour, and of the same as the outermost line. */
function withoutBorder({ rgb, width, height }: Pixels): { rows: Range; columns: Range } {
  const grey = (x: number, y: number): number => luminance(rgb, 3 * (y * width + x), 3 * (y * width + x + 1)) / 1000;
  const border = (lines: number, length: number, at: (line: number, along: number) => number): number => {
    const colour = at(0, 0);
    for (let line = 0; line < lines * widestBorder; line += 1) {
      for (let i = 0; i < pointsOfLine; i += 1)
        if (Math.abs(at(line, Math.floor(((i + 0.5) * length) / pointsOfLine)) - colour) > oneColour) return line;
    }
    return 0;
  };
  const top = border(height, width, (line, along) => grey(along, line));
  const bottom = border(height, width, (line, along) => grey(along, height - 1 - line));
  const left = border(width, height, (line, along) => grey(line, along));
  const right = border(width, height, (line, along) => grey(width - 1 - line, along));
  return { rows: [top, height - bottom], columns: [left, width - right] };
}

/** Sum over the pixels from byte `from` to before byte `to`. */
function luminance(rgb: Uint8Array, from: number, to: number): number {
  let sum = 0;
  for (let at = from; at < to; at += 3)
    sum += 299 * (rgb[at] ?? 0) + 587 * (rgb[at + 1] ?? 0) + 114 * (rgb[at + 2] ?? 0);
  return sum;
}

/** Number of ways to turn and mirror a square. */
export const orientations = 8;

/**
 * A square grid turned by `orientation % 4` quarters, and mirrored before that from 4 on.
 *
 * @param turned where it is written; by default a new grid
 */
export function turn(
  grid: Float32Array,
  orientation: number,
  turned: Float32Array = new Float32Array(grid.length),
): Float32Array {
  const side = Math.sqrt(grid.length);
  for (let y = 0; y < side; y += 1) {
    for (let x = 0; x < side; x += 1) {
      let [fromX, fromY] = [x, y];
      for (let quarter = orientation % 4; quarter > 0; quarter -= 1) [fromX, fromY] = [fromY, side - 1 - fromX];
      turned[y * side + x] = grid[fromY * side + (orientation < 4 ? fromX : side - 1 - fromX)] ?? 0;
    }
  }
  return turned;
}
