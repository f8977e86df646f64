export const remedy: string;
export function findChromium(): string | null;
