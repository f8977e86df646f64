/** A request for each narrative, equal ones made once, and what was read of the replies. */
import { canonicalJson, digestOf } from '../../domain/artifact.ts';
import type { Case } from '../../domain/cases/case.ts';
import type { LlmRequest } from '../../domain/llm.ts';
import { emptyAccount, joinAccounts, type LlmAccount } from '../../domain/llm-account.ts';
import { narrativeId } from '../../domain/narratives/narrative.ts';
import type { Read } from '../../domain/narratives/wording.ts';
import { type Asking, askAll } from '../llm/asking/ask.ts';
import type { ServedModel } from '../llm/served.ts';

/** A narrative that is to be, by its id. */
export interface Wanted {
  case: Case;
  candidate: number;
}

/** A line of `quarantine.jsonl`. */
export interface RejectedText {
  id: string;
  step: 'description' | 'reasons';
  reason: string;
  text: string;
  words: string | null;
}

interface Asker {
  /**
   * The texts that were read, by the id of their narrative; replies that are of no use become rejections.
   *
   * @param requestOf null: nothing is asked
   */
  ask(
    wanted: AsyncIterable<Wanted>,
    requestOf: (each: Wanted) => LlmRequest | null,
    read: (text: string, each: Wanted) => Read,
    step: RejectedText['step'],
    rejected: RejectedText[],
  ): Promise<Map<string, string>>;
  /** Different ones so far. */
  requests(): number;
  account(): LlmAccount;
}

export function createAsker(model: ServedModel, asking: Asking): Asker {
  let account: LlmAccount | null = null;
  return {
    ask: async (wanted, requestOf, read, step, rejected) => {
      /** By the digest of the request, with all that wait for its reply; equal requests are read alike. */
      const requests = new Map<string, { request: LlmRequest; first: Wanted; ids: string[] }>();
      for await (const each of wanted) {
        const request = requestOf(each);
        if (!request) continue;
        const digest = digestOf(canonicalJson(request));
        const known = requests.get(digest) ?? { request, first: each, ids: [] };
        known.ids.push(narrativeId(each.case.id, each.candidate));
        requests.set(digest, known);
      }
      const questions = [...requests].map(([id, { request, first }]) => ({
        ...{ id, request },
        read: (text: string) => {
          const found = read(text, first);
          return found.ok ? null : found.reason;
        },
      }));
      // The call by which the model was recognised is paid once.
      const { answers, account: spent } = await askAll(questions, account ? { ...model, reply: null } : model, {
        ...asking,
        spent: [...asking.spent, ...(account ? [account] : [])],
      });
      account = account ? joinAccounts(account, spent) : spent;
      const texts = new Map<string, string>();
      for (const [digest, { first, ids }] of requests) {
        const { text = '', fault = 'not asked', entries = [] } = answers.get(digest) ?? {};
        const found = read(text, first);
        const words = entries.at(-1)?.reply.words ?? null;
        for (const id of ids) {
          if (fault === null && found.ok) texts.set(id, found.text);
          else rejected.push({ id, step, reason: fault ?? (found.ok ? 'unreadable' : found.reason), text, words });
        }
      }
      return texts;
    },
    requests: () => account?.requests ?? 0,
    account: () => account ?? emptyAccount(),
  };
}
