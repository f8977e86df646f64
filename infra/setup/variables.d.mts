export function pythonVariables(
  python: string,
  variables: Record<string, string | undefined>,
): Record<string, string | undefined>;
