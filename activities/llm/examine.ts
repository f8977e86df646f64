/** Asks an endpoint once, as runs will: what it does well, and which setting mends what it does not. */
import sharp from 'sharp';
import { digestOf } from '../../domain/artifact.ts';
import type { LlmReply, LlmRequest } from '../../domain/llm.ts';
import type { LlmSettings } from '../../domain/llm-settings.ts';
import { createEndpointClient } from './endpoint.ts';

export interface Examined {
  text: LlmReply;
  json: LlmReply;
  /** The reply to a request with a picture; an error in words where the endpoint takes none. */
  image: LlmReply | { error: string };
  /** How long the reply in text took. */
  seconds: number;
  /** What the endpoint did not take as it was first asked, in words for people. */
  learned: string[];
  /** How JSON was asked for in the end. */
  structured: string;
}

const base = { system: 'You are a concise, professional dermatology assistant.', temperature: 0.2, seed: 0 };
const textRequest: LlmRequest = {
  ...base,
  user: 'Say in one complete sentence what a pigment network is in dermoscopy.',
  maxTokens: 160,
};
const choice = { type: 'string', enum: ['regular border', 'irregular border'] };
const jsonRequest: LlmRequest = {
  ...base,
  user: 'Which border speaks for melanoma, which against it? Reply in JSON: "present" and "absent".',
  maxTokens: 64,
  jsonSchema: {
    type: 'object',
    properties: { present: choice, absent: choice },
    required: ['present', 'absent'],
    additionalProperties: false,
  },
};

/** A picture that says by its colour whether it was seen. */
async function colouredPicture(): Promise<Uint8Array> {
  const side = 64;
  return sharp({ create: { width: side, height: side, channels: 3, background: '#800080' } })
    .png()
    .toBuffer();
}
const imageRequest = (picture: Uint8Array): LlmRequest => ({
  ...base,
  user: 'Which colour is this image? Answer with one word.',
  images: [{ sha256: digestOf(picture), bytes: picture.byteLength, mediaType: 'image/png' }],
  maxTokens: 32,
});

/** Throws as a run would where the endpoint gives no reply at all. */
export async function examineEndpoint(settings: LlmSettings, signal: AbortSignal): Promise<Examined> {
  const picture = await colouredPicture();
  const client = createEndpointClient(settings, { maxRetries: 1, loadImage: async () => picture });
  const begun = performance.now();
  const text = await client.complete(textRequest, signal);
  const seconds = (performance.now() - begun) / 1_000;
  const json = await client.complete(jsonRequest, signal);
  const image = await client.complete(imageRequest(picture), signal).catch((error: unknown) => {
    signal.throwIfAborted();
    return { error: error instanceof Error ? error.message : String(error) };
  });
  return { text, json, image, seconds, learned: client.learned, structured: client.structured };
}

const room =
  'give room by DERMFLOW_LLM_THINKING_TOKENS=2000, or switch it off, e.g. DERMFLOW_LLM_BODY=\'{"chat_template_kwargs":{"enable_thinking":false}}\'';

/** One line each; a fault is thrown as an error with its remedy. */
export const findings: readonly { name: string; say: (examined: Examined) => string }[] = [
  {
    name: 'LLM answers',
    say: ({ text, seconds, learned }) => {
      const { finish, words } = text;
      if (text.text === '') {
        const why = finish === 'length' ? `cut off${text.thought > 0 ? ' while thinking' : ''}; ${room}` : finish;
        throw new Error(`no text: ${why}${words ? `; it says: ${words}` : ''}`);
      }
      const served = text.servedModel === null ? '' : ` as ${text.servedModel}`;
      return `in ${seconds.toFixed(1)} s${served}${learned.length > 0 ? `; asked ${learned.join(', ')}` : ''}`;
    },
  },
  {
    name: 'LLM structured output',
    say: ({ json, structured }) => {
      if (isChosen(json.text)) return `honoured, by ${structured === 'prompt' ? 'the prompt alone' : structured}`;
      throw new Error(
        `not honoured (${structured}); try DERMFLOW_LLM_STRUCTURED=json_object or prompt, else rationaleForm: free-text${json.finish === 'length' ? `; it was cut off: ${room}` : ''}`,
      );
    },
  },
  {
    name: 'LLM thinking',
    say: ({ text }) => {
      if (text.thinking === 'none') return 'none';
      const where = text.thinking === 'beside' ? 'given beside the text' : 'in the text, from where it is taken out';
      return `${text.thought} characters, ${where}; paid for as output: ${room}`;
    },
  },
  {
    name: 'LLM usage',
    say: ({ text }) => {
      if (text.inputTokens !== null && text.outputTokens !== null) {
        return `reported: ${text.inputTokens} tokens in, ${text.outputTokens} out`;
      }
      throw new Error(
        'not reported: budgets in tokens and money count a third of the characters; DERMFLOW_LLM_STREAM=never may help',
      );
    },
  },
  {
    name: 'LLM images',
    say: ({ image }) => {
      if ('error' in image) throw new Error(image.error);
      if (/purple|violet|magenta/i.test(image.text)) return 'taken, and seen';
      const said = image.words ?? (image.text === '' ? image.finish : image.text);
      throw new Error(
        `not seen: of a purple picture it says: ${said}; a run whose requests have images needs another model`,
      );
    },
  },
];

function isChosen(text: string): boolean {
  try {
    const { present, absent } = JSON.parse(text) as Record<string, unknown>; // whatever it is, it is looked at
    return [present, absent].every((value) => typeof value === 'string' && choice.enum.includes(value));
  } catch {
    return false;
  }
}
