/** A part of a run that asks a language model, done once in the life of a store, and what it cost this run. */
import { type ArtifactRef, canonicalJson, digestOf } from '../../domain/artifact.ts';
import { type LlmAccount, llmAccountSchema } from '../../domain/llm-account.ts';
import { storeKeys } from '../../domain/names.ts';
import { commitOnce, type Made, type Work } from '../commit-once.ts';
import { type Asking, openAccount } from '../llm/asking/ask.ts';
import type { ServedModel } from '../llm/served.ts';
import { withScratchFolder } from '../scratch.ts';
import { readStoredText } from '../store/stored-text.ts';

export interface Written {
  trajectories: ArtifactRef;
  /** Null where another run had the work done and this one asked nothing. */
  account: LlmAccount | null;
}

/**
 * The account stands beside the artifact, not in it: the same rows are the same artifact, whatever they cost. A run
 * that was resumed finds both.
 *
 * @param model null where the part needs none
 * @param make gets an empty folder that stands until its files are stored
 */
export async function writeOnce(
  { store, scratch, run, settings }: Pick<Asking, 'store' | 'scratch' | 'run' | 'settings'>,
  model: ServedModel | null,
  work: Work,
  make: (folder: string) => Promise<Made & { account: LlmAccount }>,
): Promise<Written> {
  let spent = model?.reply ? openAccount(model, settings.prices) : null;
  const trajectories = await withScratchFolder(scratch, work.kind, (folder) =>
    commitOnce(store, work, async () => {
      const { account, ...made } = await make(folder);
      spent = account;
      return made;
    }),
  );
  const key = storeKeys.llmAccount(digestOf(canonicalJson({ run: run.id, trajectories: trajectories.key })));
  if (spent !== null) await store.putObjectIfAbsent(key, canonicalJson(spent));
  const stored = await readStoredText(store, key);
  const account = stored === null ? null : llmAccountSchema.parse(JSON.parse(stored));
  return { trajectories, account };
}
