/** What a store holds of a ledger. */

/** Replies among these objects, alone or several in one. */
export const keptReplies = (objects: ReadonlyMap<string, Uint8Array>): number =>
  [...objects]
    .filter(([key]) => key.startsWith('llm/3/'))
    .flatMap(([, bytes]) => new TextDecoder().decode(bytes).trimEnd().split('\n')).length;
