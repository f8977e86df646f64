export function userVariables(variables: Record<string, string | undefined>, home: string): Record<string, string>;
