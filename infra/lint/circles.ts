/** Circles among the files and folders of a tree, found by its imports. */
import { posix } from 'node:path';

/** Paths below the root. */
interface Import {
  from: string;
  to: string;
}

interface Circle {
  /** Files and folders that reach one another, all in one folder, in the order of their names. */
  members: string[];
  /** The shortest way round: an import for each step. */
  way: Import[];
}

const imports = /^(?:import|export)\b[^'"]*?from '(\.[^']+)'|^import '(\.[^']+)'|\bimport\('(\.[^']+)'\)/gm;

/** What a module imports of its own tree; type-only imports and those at run time count too. */
export const importsOf = (file: string, text: string): Import[] =>
  [...text.matchAll(imports)].map(([, ...found]) => {
    const specifier = found.find((each) => each !== undefined) ?? '';
    return { from: file, to: posix.join(posix.dirname(file), specifier) };
  });

/**
 * Each import is a step between two neighbours: what holds its ends in the folder that holds both. So a folder counts as
 * one thing for all that stands beside it, and may use a file beside it as well as be used by another.
 */
export function findCircles(all: readonly Import[]): Circle[] {
  const steps = all.flatMap((each) => {
    const step = stepOf(each);
    return step ? [{ ...step, import: each }] : [];
  });
  const next = Map.groupBy(steps, ({ from }) => from);
  const reached = new Map([...next.keys()].map((start) => [start, reachableFrom(start, next)]));
  const found = new Map<string, Circle>();
  for (const [start, those] of reached) {
    if (!those.has(start)) continue;
    const members = [...those].filter((other) => reached.get(other)?.has(start)).toSorted();
    const name = members.join(', ');
    if (!found.has(name)) found.set(name, { members, way: shortestWay(members[0] ?? start, next) });
  }
  return [...found.values()].toSorted((a, b) => (a.members.join() < b.members.join() ? -1 : 1));
}

interface Step {
  from: string;
  to: string;
}

/** Null for an import that stays within one file. */
function stepOf({ from, to }: Import): Step | null {
  const [a, b] = [from.split('/'), to.split('/')];
  const apart = a.findIndex((part, i) => part !== b[i]);
  if (apart < 0) return null;
  return { from: a.slice(0, apart + 1).join('/'), to: b.slice(0, apart + 1).join('/') };
}

type Steps = ReadonlyMap<string, readonly (Step & { import: Import })[]>;

function reachableFrom(start: string, next: Steps): Set<string> {
  const reached = new Set<string>();
  const waiting = [start];
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    for (const { to } of next.get(at) ?? []) {
      if (reached.has(to)) continue;
      reached.add(to);
      waiting.push(to);
    }
  }
  return reached;
}

/** From a member of a circle back to itself. */
function shortestWay(start: string, next: Steps): Import[] {
  const ways: { at: string; way: Import[] }[] = [{ at: start, way: [] }];
  const seen = new Set<string>();
  for (const { at, way } of ways) {
    for (const step of next.get(at) ?? []) {
      const longer = [...way, step.import];
      if (step.to === start) return longer;
      if (seen.has(step.to)) continue;
      seen.add(step.to);
      ways.push({ at: step.to, way: longer });
    }
  }
  return [];
}
