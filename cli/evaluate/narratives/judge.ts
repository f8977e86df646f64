/** `--judge 'deepseek-reasoner?provider=deepseek&repeats=3'`: which language model scores answers as narratives. */
import { z } from 'zod';
import { type JudgeSettings, judgeSettingsSchema, usualJudge } from '../../../domain/dermeval/judge.ts';
import { userMistake } from '../../../domain/failures.ts';
import { llmProviders } from '../../../domain/llm-settings.ts';

const hosted = llmProviders.filter((provider) => provider !== 'embedded');
const number = z.coerce.number('expected a number');
const fieldsSchema = z.strictObject({
  provider: z.enum(hosted, `expected one of ${hosted.join(', ')}`).optional(),
  shows: z.enum(['reference', 'picture'], 'expected reference or picture').optional(),
  temperature: number.default(usualJudge.temperature),
  repeats: number.default(usualJudge.repeats),
  'max-tokens': number.default(usualJudge.maxTokens),
  'max-missing': number.default(usualJudge.maxMissing),
  anchors: number.default(usualJudge.anchors),
  line: number.default(usualJudge.line),
});

/** Throws a user's mistake that names the setting. */
export function parseJudge(text: string): JudgeSettings {
  const mark = text.indexOf('?');
  const model = mark < 0 ? text : text.slice(0, mark);
  if (model.trim() === '') throw userMistake('--judge: names no model; give e.g. deepseek-reasoner?provider=deepseek');
  const fields = fieldsSchema.safeParse(Object.fromEntries(new URLSearchParams(mark < 0 ? '' : text.slice(mark + 1))));
  if (!fields.success) throw mistakeOf(text, fields.error);
  const { provider, shows, 'max-tokens': maxTokens, 'max-missing': maxMissing, ...rest } = fields.data;
  const settings = judgeSettingsSchema.safeParse({
    ...{ model, ...rest, maxTokens, maxMissing },
    ...(provider ? { provider } : {}),
    ...(shows ? { shows } : {}),
  });
  if (!settings.success) throw mistakeOf(text, settings.error);
  return settings.data;
}

function mistakeOf(text: string, { issues }: z.ZodError) {
  const [issue] = issues;
  const known = Object.keys(fieldsSchema.shape).join(', ');
  return issue?.code === 'unrecognized_keys'
    ? userMistake(`--judge ${text}: ${issue.keys[0]} is not a setting; there are ${known}`)
    : userMistake(`--judge ${text}: ${issue?.path.join('.')}: ${issue?.message ?? 'is not valid'}`);
}
