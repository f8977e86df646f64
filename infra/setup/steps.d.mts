export function lockfileDigest(files: string[]): string;
export function writeStamp(home: string, name: string, digest: string): void;
