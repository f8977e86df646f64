export declare const flatMemory: { flags: string[]; env: Record<string, string> };
export declare const leanMalloc: Record<string, string>;
export declare function runTypeScript(
  file: string,
  args: string[],
  flags?: string[],
  env?: Record<string, string>,
): Promise<void>;
