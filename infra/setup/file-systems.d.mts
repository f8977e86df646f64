export function isShared(fileSystem: string): boolean;
export function mountOf(path: string, mountinfo: string): string | null;
export function fileSystemOf(path: string): string;
