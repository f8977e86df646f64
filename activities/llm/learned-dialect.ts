/**
 * What an endpoint takes, learned from its refusals: which fields to leave out or to name otherwise, whether it must be
 * streamed, how JSON may be asked for. A refusal costs nothing, so learning does not either.
 */
import type { LlmSettings, StructuredMode } from '../../domain/llm-settings.ts';

type Body = Record<string, unknown>;

/** Fields without which a reply is as good; the user's own are never left out. */
const dispensable = ['seed', 'random_seed', 'temperature', 'stream_options'];

const tokenFields = ['max_tokens', 'max_completion_tokens'] as const;
const unsupported =
  /unsupported|not support|unrecogni|unknown|not permitted|not allowed|deprecated|extra|instead|invalid param/i;

const weaker: Partial<Record<StructuredMode, StructuredMode>> = {
  json_schema: 'json_object',
  json_object: 'prompt',
};

export class Dialect {
  structured: Exclude<StructuredMode, 'auto'>;
  stream: boolean;
  readonly #settings: Pick<LlmSettings, 'structured' | 'stream' | 'body'>;
  readonly #leftOut = new Set<string>();
  #tokenField: (typeof tokenFields)[number] | null = null;
  readonly #refusedTokens = new Set<string>();
  #system = true;

  constructor(settings: Pick<LlmSettings, 'structured' | 'stream' | 'body'>) {
    this.#settings = settings;
    this.structured = settings.structured === 'auto' ? 'json_schema' : settings.structured;
    this.stream = settings.stream === 'always';
  }

  /** What was learned, in words for people. */
  get learned(): string[] {
    return [
      ...[...this.#leftOut].map((field) => `without ${field}`),
      ...(this.#tokenField === null ? [] : [this.#tokenField]),
      ...(this.stream && this.#settings.stream === 'auto' ? ['streamed'] : []),
      ...(this.#system ? [] : ['system prompt in the user’s']),
      ...(this.#settings.structured === 'auto' && this.structured !== 'json_schema' ? [this.structured] : []),
    ];
  }

  /** The body as this endpoint takes it, with the user's own fields. */
  adapt(body: Body): Body {
    const adapted = { ...body };
    for (const field of this.#leftOut) delete adapted[field];
    const wanted = this.#tokenField;
    const given = tokenFields.find((field) => adapted[field] !== undefined);
    if (wanted !== null && given !== undefined && given !== wanted) {
      adapted[wanted] = adapted[given];
      delete adapted[given];
    }
    if (!this.#system) adapted.messages = withoutSystem(adapted.messages);
    return { ...adapted, ...this.#settings.body };
  }

  /**
   * Reads a refusal. True where the same request, made again, will differ from the one that was sent.
   *
   * @param sent the body that was refused
   * @param words all that the endpoint said
   */
  learn(sent: Body, words: string): boolean {
    const own = this.#settings.body;
    const named = (field: string): boolean => field in sent && !(field in own) && mentions(words, field);
    if (this.#learnStream(sent, words)) return true;
    const tokens = tokenFields.find(named);
    if (tokens !== undefined && unsupported.test(words)) return this.#renameTokens(tokens);
    if (
      'response_format' in sent &&
      /response.?format|json.?schema|json.?object|structured|guided|grammar/i.test(words)
    ) {
      return this.#stepDown(sent);
    }
    const field = dispensable.find(named);
    if (field !== undefined) {
      this.#leftOut.add(field);
      return true;
    }
    if (hasSystem(sent) && /system (?:role|prompt|message|instruction)|developer|roles? must alternate/i.test(words)) {
      this.#system = false;
      return true;
    }
    return false;
  }

  #learnStream(sent: Body, words: string): boolean {
    const demanded = /only\s.{0,30}stream|stream\s?=\s?true|stream.{0,30}(?:must|need|required|only)|non-?streaming/i;
    if (sent.stream === true || this.#settings.stream !== 'auto' || !demanded.test(words)) return false;
    this.stream = true;
    return true;
  }

  #renameTokens(refused: (typeof tokenFields)[number]): boolean {
    const other = refused === 'max_tokens' ? 'max_completion_tokens' : 'max_tokens';
    this.#refusedTokens.add(refused);
    const neither = this.#refusedTokens.has(other);
    if (neither) this.#leftOut.add(refused).add(other);
    this.#tokenField = neither ? null : other;
    return true;
  }

  /** Several requests may be refused for the same reason at once; what was sent decides, not what is known by now. */
  #stepDown(sent: Body): boolean {
    if (this.#settings.structured !== 'auto') return false;
    const format = sent.response_format as { type?: unknown } | undefined; // ours, or of the user's own body
    const next = weaker[format?.type === 'json_schema' ? 'json_schema' : 'json_object'];
    if (next === undefined || 'response_format' in this.#settings.body) return false;
    if (this.structured === 'json_schema' || next === 'prompt') this.structured = next as Dialect['structured']; // never `auto`
    return true;
  }
}

const mentions = (words: string, field: string): boolean =>
  new RegExp(`(?<![a-z])${field.replaceAll('_', '[_ ]?')}(?![a-z])`, 'i').test(words);

interface Message {
  role?: string;
  content?: unknown;
}

const hasSystem = ({ messages }: Body): boolean =>
  Array.isArray(messages) && ['system', 'developer'].includes((messages[0] as Message | undefined)?.role ?? '');

/** For chat templates without a system role, e.g. Gemma's: its text stands before the user's. */
function withoutSystem(messages: unknown): unknown {
  if (!hasSystem({ messages })) return messages;
  const [system, user, ...rest] = messages as Message[]; // `hasSystem` looked
  if (typeof system?.content !== 'string' || user?.role !== 'user') return messages;
  const content = Array.isArray(user.content)
    ? [{ type: 'text', text: system.content }, ...user.content]
    : `${system.content}\n\n${user.content}`;
  return [{ ...user, content }, ...rest];
}
