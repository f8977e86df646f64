export function readPipSettings(output: string): Record<string, string>;
export function packageVariables(
  variables: Record<string, string | undefined>,
  settings: Record<string, string>,
  uvKnowsIndexes: boolean,
): Record<string, string | undefined>;
