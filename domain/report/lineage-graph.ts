/** The lineage of a run as a graph small enough to read: artifacts made by one method are one node. */
import type { ArtifactKind } from '../artifact.ts';
import type { LineageEntry } from './parts.ts';

export interface LineageNode {
  kind: ArtifactKind;
  method: string;
  /** Artifacts that the node stands for. */
  count: number;
  /** Indices of the nodes that it was made from, itself left out. */
  from: number[];
  /** 0 without inputs among the nodes, else one more than the highest of them. */
  level: number;
}

export function groupLineage(lineage: readonly LineageEntry[]): LineageNode[] {
  const groups = [...Map.groupBy(lineage, ({ kind, method }) => `${kind} ${method}`).values()];
  const indexOf = new Map(groups.flatMap((members, i) => members.map(({ sha256 }) => [sha256, i] as const)));
  const from = groups.map((members, i) => {
    const inputs = members.flatMap((entry) => entry.inputs.flatMap(({ sha256 }) => indexOf.get(sha256) ?? []));
    return [...new Set(inputs)].filter((input) => input !== i);
  });
  const levels = longestPaths(from);
  return groups.flatMap(([first, ...rest], i) =>
    first
      ? [
          {
            kind: first.kind,
            method: first.method,
            count: 1 + rest.length,
            from: from[i] ?? [],
            level: levels[i] ?? 0,
          },
        ]
      : [],
  );
}

/** Length of the longest path to each node. Of a cycle, which two methods that feed each other make, one edge is ignored. */
function longestPaths(from: readonly number[][]): number[] {
  const levels: (number | undefined)[] = [];
  const visit = (node: number, path: readonly number[]): number => {
    const inputs = (from[node] ?? []).filter((input) => !path.includes(input));
    levels[node] ??= Math.max(0, ...inputs.map((input) => visit(input, [...path, node]) + 1));
    return levels[node];
  };
  return from.map((_, node) => visit(node, []));
}
