export interface MachineFolder {
  path: string;
  /** The system's code for why nothing can be written there; null where it can. */
  refusal: string | null;
  /** Programs in it can be run. */
  runs: boolean;
  freeBytes: number;
  /** The same for folders that share their space. */
  disk: number;
}

export interface Python {
  version: number[];
  implementation: string;
  bits: number;
  freeThreaded: boolean;
  libc: string;
  pip: boolean;
}

export interface Machine {
  platform: string;
  arch: string;
  node: string;
  /** The version of glibc, `musl`, or null on other systems. */
  libc: string | null;
  checkout: MachineFolder;
  home: MachineFolder & { fileSystem: string };
  temporary: MachineFolder;
  /** uv's cache. */
  cache: MachineFolder;
  npmCache: MachineFolder;
  /** The embedded language model is the one that is asked. */
  embeddedModel: boolean;
  npm: boolean;
  pythonProgram: string;
  /** Null where there is no such program, a text where it does not work. */
  python: Python | string | null;
}

export function readMachine(options: {
  checkout: string;
  home: string;
  python: string;
  variables?: Record<string, string | undefined>;
}): Machine;
