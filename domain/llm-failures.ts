/** What kind of failure an endpoint reports: by its words first, because servers agree on them more than on the status. */

/**
 * `away`: comes back by itself. `quota`: a person must pay or raise a limit. `key` and `setting`: the environment is
 * wrong. `no images`: the model reads text alone. `filtered`, `too long`, `refused`: this one request is not taken; others may
 * be.
 */
export type FailureClass = 'away' | 'quota' | 'key' | 'setting' | 'filtered' | 'too long' | 'no images' | 'refused';

const quota =
  /insufficient[_ ]?(?:quota|balance|funds|credits?)|exceeded your current quota|quota[_ ](?:exceeded|exhausted)|billing|payment required|out of credits?|credits? (?:are |is |balance )?(?:too low|exhausted|depleted|used up)|credit balance|balance (?:is )?(?:insufficient|not enough|too low)|arrear|not enough (?:balance|credits?)|spend(?:ing)? limit|hard limit|余额不足|欠费/i;
/** A limit that is over in a while is no empty account, though Google calls both a quota. */
const byTheClock = /per (?:second|min|hour|day)|retry (?:in|after)|retrydelay|try again in/i;
const filtered =
  /content[_ ]?(?:filter|management|policy|moderation|safety)|contentfilter|moderation|data[_ ]?inspection|responsible ?ai|responsibleaipolicy|jailbreak|safety (?:system|settings|filter|reasons)|inappropriate content|flagged|violat\w* (?:our|the|my) (?:usage |content |use )?polic|blocked (?:by|due)|sensitive (?:content|words?|information)|harmful|敏感/i;
const tooLong =
  /context[_ ]?length|context[_ ]window|maximum context|max(?:imum)?[_ ]?(?:model[_ ]?len|sequence|prompt|input)\w*[_ ](?:len|token|size)|(?:prompt|input|request|message|payload)s? (?:is |are |was |body )?too (?:long|large|big)|too many (?:input )?tokens|tokens?.{0,40}exceed|exceeds?.{0,60}(?:context|tokens|maximum (?:input|length))|reduce (?:the|your) (?:length|prompt|input)|entity too large|string too long|range of input length/i;
/** The request by itself, whatever came before it. */
const tooLarge =
  /(?:prompt|input|request|message|payload)s? (?:is |are |was |body )?too (?:long|large|big)|context[_ ]?(?:length|window)|maximum context/i;
/** A limit on what may be asked in a while, in the words of a limit on one request. */
const tooFast =
  /rate.?limit|per (?:second|min|hour|day)|(?:wait|retry|try(?:ing)?)\b.{0,20}\b(?:again|before|after|later)|throttl/i;
const passing =
  /rate.?limit|too many requests|requests per|tokens per (?:min|day)|tpm|rpm|qps|throttl|overload|capacity|try again|temporar|unavailable|timed? ?out|timeout|busy|internal (?:server )?error|bad gateway|loading|starting up|upstream|connection|econn|socket|terminated/i;
const key =
  /(?:invalid|incorrect|missing|expired|revoked|wrong|no|unauthorized|disabled)[\w\s_-]{0,20}(?:api[_ ]?key|credential|(?:access|auth\w*|bearer|id|security|session)[_ -]?token\b)|(?:invalid|incorrect|missing|expired|revoked|wrong|\bno)(?: or \w+)? token\b(?! (?:count|id|limit|type))|\btoken (?:\w+ ){0,5}(?:is|has|was) (?:been )?(?:invalid|expired|revoked)|api[_ ]?key[\w\s]{0,20}(?:invalid|not valid|expired|missing|not found|required)|unauthori[sz]ed|authentication|not authenticated/i;
const model =
  /model[\s\S]{0,80}(?:not (?:found|exist)|does ?n[o']t exist|unknown|not available|no access|not have access|is not supported|deprecated|retired|decommissioned)|(?:unknown|invalid|no such|unsupported) model|model_not_found|deployment[\s\S]{0,40}not (?:found|exist)|no endpoints found/i;

const image = '(?:image|vision|multi-?modal)';
const taken = '(?:support|accept|allow|enabl|capab|provided|permit|handle)';
/** What servers say of a model that reads text alone, in the order in which words come, or by the form of the content. */
const noImages = new RegExp(
  `${taken}.{0,60}${image}|${image}.{0,80}${taken}|not an? (?:multi-?modal|vision)|not a VLM|data required for image input|` +
    'unknown variant .?image_url|content.{0,40}must be a string|input should be a valid string|unexpected item type in content|unsupported content.{0,3}\\[\\]\\.type',
  'i',
);
const denial =
  /\b(?:not|no|cannot|only|un(?:supported|known|expected)|at most 0|must be|should be|missing)\b|n't|un(?:supported|able)/i;
/** Words about this picture, not about pictures. */
const ofThisImage =
  /format|(?:too|exceed\w*|max\w*|min\w*).{0,40}(?:large|big|small|size|pixels|bytes|mb\b|resolution|dimension|images)|decode|corrupt|truncated|download|at most [1-9]/i;

/**
 * @param status of HTTP; null where there was no answer or the answer had none
 * @param words all that the endpoint said, codes and text
 * @param withImages whether the request has images, and none was taken yet
 */
export function classOf(status: number | null, words: string, withImages = false): FailureClass {
  const ofThisRequest = status !== null && status >= 400 && status < 500 && status !== 408 && status !== 429;
  if (filtered.test(words) && (ofThisRequest || !passing.test(words))) return 'filtered';
  if (withImages && noImages.test(words) && denial.test(words) && !ofThisImage.test(words)) return 'no images';
  if (status === 402 || (quota.test(words) && status !== 401 && !byTheClock.test(words))) return 'quota';
  // A limit by the clock is waited for, unless the request is beyond it alone.
  const isTooLong = tooLong.test(words) && (ofThisRequest || (status !== 429 && !tooFast.test(words)));
  if (status === 413 || isTooLong || tooLarge.test(words)) return 'too long';
  if (status === 429 || status === 408 || status === 409 || status === 425) return 'away';
  if (status === 401 || status === 407) return 'key';
  if (status === 451) return 'refused'; // "unavailable for legal reasons" does not pass
  if (status !== null && status >= 500) return 'away';
  if (model.test(words)) return 'setting';
  if (key.test(words) || status === 403) return 'key';
  if (status === 404 || status === 405 || status === 410) return 'setting';
  if (status === null || passing.test(words)) return 'away';
  return 'refused';
}
