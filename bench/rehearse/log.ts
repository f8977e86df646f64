/** What the gpu worker logs of its trainers. */
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { type Stage, stageNames } from '../../domain/stages/index.ts';

const at = { time: z.number(), stage: z.enum(stageNames as [Stage, ...Stage[]]) };
const ofStep = { ...at, step: z.int() };
const lineSchema = z.discriminatedUnion('msg', [
  z.object({ msg: z.literal('training'), ...at, from: z.int() }),
  z.object({ msg: z.literal('trainer started'), ...ofStep, trainableParameters: z.int() }),
  z.object({ msg: z.literal('step done'), ...ofStep, memoryBytes: z.int().nullable() }),
  z.object({ msg: z.literal('checkpoint stored'), ...ofStep, bytes: z.int(), seconds: z.number() }),
  z.object({ msg: z.literal('trainer ended'), ...at }),
]);
/** `time` in milliseconds since 1970. */
export type TrainerLine = z.infer<typeof lineSchema>;
type Message = TrainerLine['msg'];

/** Lines about trainers, in their order; none where the file is not there yet. Its last line may be half written. */
export async function readTrainerLog(path: string): Promise<TrainerLine[]> {
  const text = await readFile(path, 'utf8').catch(() => '');
  return text.split('\n').flatMap((line) => {
    const parsed = lineSchema.safeParse(fromJson(line));
    return parsed.success ? [parsed.data] : [];
  });
}

export const messagesOf = <M extends Message>(lines: readonly TrainerLine[], msg: M, stage?: Stage) =>
  lines.filter(
    (line): line is Extract<TrainerLine, { msg: M }> =>
      line.msg === msg && (stage === undefined || line.stage === stage),
  );

function fromJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}
