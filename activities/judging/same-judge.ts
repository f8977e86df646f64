/** Whether the judge of today still scores texts of known quality as it did when its name was first used. */
import { z } from 'zod';
import { canonicalJson, digestOf } from '../../domain/artifact.ts';
import { anchorScores, driftOf } from '../../domain/benchmarks/narratives/anchors.ts';
import type { JudgedKind, Judgement } from '../../domain/benchmarks/narratives/judged.ts';
import { type JudgePin, pinDigest, type TextToJudge } from '../../domain/dermeval/judge.ts';
import { DermflowError, failureTypes } from '../../domain/failures.ts';
import { storeKeys } from '../../domain/names.ts';
import type { ArtifactStore } from '../ports/artifact-store.ts';
import { readStoredText } from '../store/stored-text.ts';

/** Throws an `LlmFailure` where it does not: its scores would stand under the name of another judge. */
export async function requireSameJudge(
  store: ArtifactStore,
  pin: JudgePin,
  texts: readonly (TextToJudge & { kind: JudgedKind })[],
  judgements: readonly Judgement[],
): Promise<void> {
  const anchors = texts.filter(({ kind }) => kind !== 'answer');
  const now = anchorScores(judgements);
  if (Object.keys(now).length === 0) return;
  const key = storeKeys.judgeAnchors(pinDigest(pin), digestOf(canonicalJson(anchors)));
  await store.putObjectIfAbsent(key, canonicalJson(now));
  const before = z.record(z.string(), z.number()).parse(JSON.parse((await readStoredText(store, key)) ?? '{}'));
  const drift = driftOf(before, now);
  if (drift === null) return;
  const { kind, difference, p } = drift;
  throw new DermflowError(
    failureTypes.llm,
    `the judge is not the one that it was: its ${kind} anchors have ${difference > 0 ? '+' : ''}${difference.toFixed(2)} of 5 (p ${p.toExponential(0)}) since it was first asked; its scores cannot stand beside those from before: name a dated model, or start over with --judge '…?line=${pin.line + 1}'`,
    { final: true },
  );
}
