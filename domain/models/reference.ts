/**
 * How a person names a model under test:
 *
 *     base                     the base model of the data's recipe
 *     RUN                      the model that a finished run exported
 *     RUN@grpo-500             one of its models; RUN@base, RUN@sft, RUN@rl-only-800
 *     RUN@all                  its base and every checkpoint that the store has
 *     ./folder                 an adapter, a merged model or an ONNX export
 *     owner/name               a base model by its hub id
 *     endpoint:MODEL           behind the llm workers' endpoint
 *     medgemma-4b              a baseline of the paper, behind the endpoint
 *
 * An endpoint takes settings behind a question mark: `endpoint:gpt-4o?provider=openai&concurrency=32`.
 */
import { z } from 'zod';
import { userMistake } from '../failures.ts';
import { llmProviders } from '../llm-settings.ts';
import type { PublishedModel } from '../published/models.ts';
import { baselineNamed, baselineNames } from './baselines.ts';

export interface EndpointSettings {
  provider?: (typeof llmProviders)[number] | undefined;
  concurrency?: number | undefined;
}

export type ModelReference =
  | { kind: 'base' }
  | { kind: 'run'; run: string; which: string | null }
  | { kind: 'path'; path: string }
  | { kind: 'endpoint'; model: string; settings: EndpointSettings }
  | { kind: 'baseline'; baseline: PublishedModel; model: string; settings: EndpointSettings };

const hosted = llmProviders.filter((provider) => provider !== 'embedded');
const settingsSchema = z.strictObject({
  provider: z.enum(hosted, `expected one of ${hosted.join(', ')}`).optional(),
  concurrency: z.coerce
    .number('expected a whole number from 1 to 4096')
    .int('expected a whole number from 1 to 4096')
    .min(1, 'expected a whole number from 1 to 4096')
    .max(4096, 'expected a whole number from 1 to 4096')
    .optional(),
  /** By which the endpoint serves a baseline. */
  model: z.string().min(1, 'expected the name by which the endpoint serves it').optional(),
});

/** Throws a user's mistake where the text can name no model. */
export function parseModelReference(text: string): ModelReference {
  const given = text.trim();
  if (given === '') throw userMistake(`the name of a model is empty; ${forms}`);
  if (given === 'base') return { kind: 'base' };
  const endpoint = /^endpoint:(.*)$/s.exec(given)?.[1];
  if (endpoint !== undefined) {
    const { name, settings } = splitSettings(given, endpoint);
    if (name === '') throw userMistake(`${given}: names no model; give e.g. endpoint:gpt-4o`);
    const { model, ...rest } = settings;
    if (model !== undefined) throw userMistake(`${given}: model stands twice; it is what follows "endpoint:"`);
    return { kind: 'endpoint', model: name, settings: rest };
  }
  const baseline = baselineNamed(given.split('?', 1)[0] ?? '');
  if (baseline) {
    const { model = baseline.hub, ...settings } = splitSettings(given, given).settings;
    if (model === null) {
      throw userMistake(
        `${given}: the paper names no checkpoint; say how your endpoint calls it, e.g. ${baseline.name.toLowerCase()}?model=NAME`,
      );
    }
    return { kind: 'baseline', baseline, model, settings };
  }
  if (/[/\\]/.test(given) || /^[.~]/.test(given)) return { kind: 'path', path: given };
  const run = /^([a-z0-9][a-z0-9._-]{0,79})(?:@([a-z0-9][a-z0-9-]{0,79}))?$/.exec(given);
  if (run?.[1] === undefined) throw userMistake(`${given}: names no model; ${forms}`);
  return { kind: 'run', run: run[1], which: run[2] ?? null };
}

const forms = `give base, RUN, RUN@grpo-500, RUN@all, a folder (./adapter), owner/name of the hub, endpoint:MODEL, or one of ${baselineNames.join(', ')}`;

function splitSettings(given: string, text: string): { name: string; settings: z.infer<typeof settingsSchema> } {
  const mark = text.indexOf('?');
  if (mark < 0) return { name: text, settings: {} };
  const fields = Object.fromEntries(
    text
      .slice(mark + 1)
      .split('&')
      .map((field): [string, string] => {
        const [name = '', ...value] = field.split('=');
        return [name, value.join('=')];
      }),
  );
  const settings = settingsSchema.safeParse(fields);
  if (settings.success) return { name: text.slice(0, mark), settings: settings.data };
  const [issue] = settings.error.issues;
  const field = issue?.code === 'unrecognized_keys' ? issue.keys[0] : issue?.path.join('.');
  const words =
    issue?.code === 'unrecognized_keys'
      ? 'is not a setting; there are provider, concurrency and model'
      : issue?.message;
  throw userMistake(`${given}: ${field} ${words}`);
}
