import type { Machine } from './machine.mjs';

export const roomOf: Record<'npm' | 'uv' | 'tools' | 'llm' | 'python', number>;
export function problemsOf(machine: Machine, options: { missing: (keyof typeof roomOf)[]; start: boolean }): string[];
export function storeProblem(home: { path: string; fileSystem: string }): string | null;
