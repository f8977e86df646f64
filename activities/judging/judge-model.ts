/**
 * The model that answers for a judge. Its first reply names it, and then it is part of the judge's pin. Where that reply
 * names none, the first one that does is remembered beside the pin, for all who ever ask this judge: another name later is
 * another judge.
 */
import { z } from 'zod';
import { canonicalJson } from '../../domain/artifact.ts';
import { type JudgePin, pinDigest } from '../../domain/dermeval/judge.ts';
import { storeKeys } from '../../domain/names.ts';
import type { ArtifactStore } from '../ports/artifact-store.ts';
import { readStoredText } from '../store/stored-text.ts';
import type { Answers } from '../trajectories/ask.ts';

/** Null as long as no reply has named any. */
export async function judgeModel(store: ArtifactStore, pin: JudgePin): Promise<string | null> {
  if (pin.served !== null) return pin.served;
  const stored = await readStoredText(store, storeKeys.judgeServed(pinDigest(pin)));
  return stored === null ? null : z.string().parse(JSON.parse(stored));
}

/** The same after replies: the first that names a model, in the order of the questions, is remembered. */
export async function judgeModelOf(store: ArtifactStore, pin: JudgePin, answers: Answers): Promise<string | null> {
  const known = await judgeModel(store, pin);
  if (known !== null) return known;
  const named = [...answers.values()].flatMap(({ entries }) => entries.at(-1)?.reply.servedModel ?? [])[0];
  if (named === undefined) return null;
  await store.putObjectIfAbsent(storeKeys.judgeServed(pinDigest(pin)), canonicalJson(named));
  return judgeModel(store, pin); // of two at a time the first
}
