/** Draws a lesion as pixels: skin, outline, colour, and one dermoscopic structure. */
import { createRandom, type Random } from '../random.ts';
import type { LesionAppearance } from './appearance.ts';

type Rgb = readonly [number, number, number];

interface RawImage {
  width: number;
  height: number;
  /** Interleaved 8-bit RGB, row by row. */
  rgb: Uint8Array;
}

const skin: Rgb = [224, 188, 164];
const lesionColours: Record<string, Rgb> = {
  tan: [178, 122, 78],
  'dark brown': [72, 46, 40],
  pink: [226, 148, 150],
  red: [188, 48, 50],
  white: [212, 216, 224],
};

/** Colour at a point inside the lesion, given its base colour. */
type Structure = (x: number, y: number, base: Rgb) => Rgb;

interface Outline {
  centreX: number;
  centreY: number;
  radius: number;
  /** Signed distance to the outline in pixels, negative inside. */
  distance(x: number, y: number): number;
}

/** The same appearance gives the same bytes. */
export function renderLesion(appearance: LesionAppearance): RawImage {
  const random = createRandom(`lesion/${appearance.seed}`);
  const { width, height, findings } = appearance;
  const outline = drawOutline(appearance, random);
  const structure = drawStructure(findings.structure, outline, random);
  const skinTone = vary(skin, 8, random);
  const base = vary(lesionColours[findings.colour] ?? skin, 11, random);
  const rgb = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const share = 1 / (1 + Math.exp(outline.distance(x, y) / 1.4));
      const inside = share > 0.01 ? structure(x, y, base) : base;
      const grain = random.normal(5);
      for (let channel = 0; channel < 3; channel += 1) {
        const value = (skinTone[channel] ?? 0) * (1 - share) + (inside[channel] ?? 0) * share + grain;
        rgb[(y * width + x) * 3 + channel] = Math.max(0, Math.min(255, Math.round(value)));
      }
    }
  }
  return { width, height, rgb };
}

const vary = (colour: Rgb, deviation: number, random: Random): Rgb => {
  const shift = random.normal(deviation * 0.6);
  const one = (value: number): number => value + shift + random.normal(deviation * 0.6);
  return [one(colour[0]), one(colour[1]), one(colour[2])];
};

function drawOutline({ width, height, findings }: LesionAppearance, random: Random): Outline {
  const shorter = Math.min(width, height);
  const centreX = width / 2 + random.between(-0.1, 0.1) * width;
  const centreY = height / 2 + random.between(-0.1, 0.1) * height;
  const radius = shorter * random.between(0.24, 0.34);
  const stretch = random.between(0.87, 1.15);
  const waves =
    findings.border === 'irregular border'
      ? Array.from({ length: 8 }, (_, k) => ({
          n: k + 5,
          size: radius * random.between(0.03, 0.08),
          phase: random.between(0, 6.28),
        }))
      : [{ n: 2, size: radius * 0.04, phase: random.between(0, 6.28) }];
  return {
    centreX,
    centreY,
    radius,
    distance: (x, y) => {
      const dx = x - centreX;
      const dy = (y - centreY) * stretch;
      const angle = Math.atan2(dy, dx);
      return (
        Math.hypot(dx, dy) - waves.reduce((r, wave) => r + wave.size * Math.sin(wave.n * angle + wave.phase), radius)
      );
    },
  };
}

function drawStructure(name: string, outline: Outline, random: Random): Structure {
  switch (name) {
    case 'pigment network':
      return network(random);
    case 'milia-like cysts':
      return spots(outline, random, { count: 15, radius: [2, 3.8], colour: [246, 236, 204] });
    case 'lacunae':
      return spots(outline, random, { count: 13, radius: [4.5, 7.5], colour: [112, 12, 44] });
    case 'arborizing vessels':
      return vessels(outline, random);
    case 'scale':
      return scale(random);
    default:
      throw new RangeError(`no structure is called "${name}"`);
  }
}

function network(random: Random): Structure {
  const pitch = random.between(6, 8);
  const phaseX = random.between(0, 6.28);
  const phaseY = random.between(0, 6.28);
  return (x, y, base) => {
    const line = Math.max(Math.cos((6.28 * x) / pitch + phaseX), Math.cos((6.28 * y) / pitch + phaseY)) > 0.7;
    return line ? [base[0] - 46, base[1] - 46, base[2] - 46] : base;
  };
}

function spots(
  outline: Outline,
  random: Random,
  spec: { count: number; radius: readonly [number, number]; colour: Rgb },
): Structure {
  const centres = Array.from({ length: spec.count }, () => ({
    x: outline.centreX + random.between(-0.8, 0.8) * outline.radius,
    y: outline.centreY + random.between(-0.8, 0.8) * outline.radius,
    r: random.between(...spec.radius),
  }));
  return (x, y, base) => (centres.some((spot) => Math.hypot(x - spot.x, y - spot.y) < spot.r) ? spec.colour : base);
}

/** Winding red lines across the lesion. */
function vessels(outline: Outline, random: Random): Structure {
  const lines = Array.from({ length: 6 }, () => {
    const angle = random.between(0, 6.28);
    return {
      sin: Math.sin(angle),
      cos: Math.cos(angle),
      offset: random.between(-0.75, 0.75) * outline.radius,
      wave: random.between(3, 5),
    };
  });
  return (x, y, base) => {
    const dx = x - outline.centreX;
    const dy = y - outline.centreY;
    const hit = lines.some(({ sin, cos, offset, wave }) => {
      const along = dx * cos + dy * sin;
      return Math.abs(dx * sin - dy * cos + offset + 4 * Math.sin(along / wave)) < 1.35;
    });
    return hit ? [152, 10, 22] : base;
  };
}

/** Whitish flakes on a coarse grid. */
function scale(random: Random): Structure {
  const flakes = new Map<string, boolean>();
  const size = 4;
  return (x, y, base) => {
    const cell = `${Math.floor(x / size)},${Math.floor(y / size)}`;
    const flake = flakes.get(cell) ?? random.float() < 0.25;
    flakes.set(cell, flake);
    return flake ? [250, 250, 244] : base;
  };
}
