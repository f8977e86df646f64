export const root: string;
export function homeFolder(variables: Record<string, string | undefined>): string;
