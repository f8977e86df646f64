export declare const smallHeap: string;
export declare function runTypeScript(file: string, args: string[], flags?: string[]): Promise<void>;
