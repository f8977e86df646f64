/**
 * Replies that decline instead of answering, in the languages that hosted models fall into. A pattern needs the first
 * person or an apology: "the lesion cannot be a naevus" and "we cannot exclude melanoma" are medicine, not refusals.
 */

import { folded } from './folded.ts';

/** `\b` of JavaScript knows ASCII only; this is the edge of a word in any script. */
const edge = '(?:(?<=\\p{L})(?!\\p{L})|(?<!\\p{L})(?=\\p{L}))';

/** For text in lower case with plain apostrophes. "Type I cannot …" speaks of a skin type, not of the writer. */
const patterns: readonly RegExp[] = [
  // English
  /\b(?:i'm|i am)(?: (?:so|very|really|truly|deeply|terribly))? (?:sorry|afraid)\b/,
  /(?:^|[.!?]\s)(?:so |very |really )?sorry\b|\b(?:i|my|please accept my) apolog/,
  /\bi (?:regret|decline|refuse|must decline|have to decline|need to decline|would rather not|don't feel comfortable|do not feel comfortable)\b/,
  /(?<!\b(?:type|phototype|stage|grade|class|level|phase|skin) )\bi (?:really |simply |just |currently |unfortunately )*(?:cannot|can not|can't|could not|couldn't|will not|won't|would not be able|am unable|am not able)\b/,
  /\b(?:i'm|i am)(?: currently| just| simply| really)? (?:unable|not able|not qualified|not allowed|not permitted|not authorized|not authorised|not comfortable|not in a position|not a (?:doctor|physician|dermatologist|medical))\b/,
  /\bas an? (?:\w+ ){0,3}(?:ai|a\.i\.|artificial intelligence|language model|llm|chatbot)\b/,
  /\b(?:i'm|i am) (?:just |only |merely )?an? (?:\w+ ){0,3}(?:ai|a\.i\.|artificial intelligence|language model|llm|chatbot)\b/,
  /\b(?:unable|not able) to (?:assist|help|comply|fulfil|fulfill)\b|^unable to\b/,
  /\b(?:cannot|can't|can not) (?:assist|help|comply|fulfil|fulfill) (?:you )?with\b/,
  /\bi (?:don't|do not) have (?:access|the ability|eyes|enough information)\b/,
  /\bagainst (?:my|our|the) (?:\w+ )?(?:policy|policies|guidelines|programming)\b/,
  /\b(?:violates?|violating) (?:my|our|the) (?:\w+ )?(?:policy|policies|guidelines)\b/,
  // German, Dutch, Scandinavian
  /\b(?:es )?tut mir (?:sehr |wirklich )?leid\b|\bich (?:kann|darf|möchte)\b[^.!?]{0,80}\bnicht\b|\bich bin (?:leider )?nicht in der lage\b|\bals (?:eine? )?(?:ki|künstliche|sprachmodell)/,
  /\bhet spijt me\b|\bik kan\b[^.!?]{0,80}\b(?:niet|geen)\b|\bals (?:een )?(?:ai|taalmodel)/,
  /\bjag kan (?:tyvärr )?inte\b|\btyvärr\b|\bjeg kan (?:desværre |dessverre )?ikke\b|\b(?:beklager|undskyld|desværre|dessverre)\b|\bvalitettavasti\b|\ben voi\b/,
  // French, Spanish, Portuguese, Italian, Romanian, Catalan
  /\bdésolée?\b|\bje ne (?:peux|puis|suis)\b[^.!?]{0,60}\b(?:pas|mesure)\b|\ben tant qu'(?:ia|intelligence|assistant)|\ben tant que modèle|\bje regrette\b/,
  /\blo siento\b|\b(?:yo )?no puedo\b|\blamento\b|\bcomo (?:un |una )?(?:ia|inteligencia|modelo|asistente)\b|\bno (?:soy|estoy) (?:capaz|en condiciones)|\bdisculp/,
  /\bdesculpe?\b|\bsinto muito\b|\bnão posso\b|\bnão (?:sou|estou) capaz|\bcomo (?:um |uma )?(?:ia|inteligência|modelo)\b|\binfelizmente\b/,
  /\bmi dispiace\b|\bnon posso\b|\bcome (?:un |una )?(?:ia|intelligenza|modello)\b|\bnon sono in grado\b|\bpurtroppo\b/,
  /\b(?:îmi pare rău|imi pare rau)|\bnu pot\b|\bho sento\b|\bno puc\b/,
  // Polish, Czech, Hungarian, Turkish, Vietnamese, Indonesian
  /przepraszam|przykro mi|\bnie mogę\b|\bjako (?:model|ai|sztuczna)|omlouvám se|\bbohužel\b|\bnemohu\b/,
  /\bsajnálom\b|\bsajnos\b|\bnem tudok\b|üzgünüm|\bmaalesef\b|yardımcı olamam|yapay zeka|xin lỗi|tôi không thể|\bmaaf\b|\bsaya tidak (?:bisa|dapat)\b/,
  // Russian, Ukrainian, Greek
  /извините|простите|к сожалению|прошу прощения|я не могу|не могу помочь|как (?:ии|искусственн|языковая модель)|вибачте|на жаль|я не можу|λυπάμαι|συγγνώμη|δεν μπορώ/,
  // Chinese, Japanese, Korean
  /抱歉|对不起|對不起|很遗憾|很遺憾|我无法|我無法|我不能|无法提供|無法提供|作为一个|作為一個|作为(?:ai|人工智能)|作為(?:ai|人工智慧)|人工智能助手|语言模型|語言模型/,
  /申し訳|すみません|ごめんなさい|お答えできません|お手伝いできません|できかねます|することはできません|言語モデル|죄송|할 수 없습니다|도와드릴 수 없|언어 모델|인공지능/,
  // Arabic, Persian, Hebrew, Hindi, Thai
  /آسف|عذرا|أعتذر|لا أستطيع|لا يمكنني|نموذج لغ|متأسف|متاسف|نمی‌توانم|نمیتوانم|מצטער|איני יכול|אני לא יכול|क्षमा करें|माफ़ करें|माफ करें|मैं असमर्थ|नहीं कर सकत|ขออภัย|ขอโทษ|ไม่สามารถ/,
].map(({ source }) => new RegExp(source.replaceAll('\\b', edge), 'u'));

export const isRefusal = (text: string): boolean => {
  const words = folded(text);
  return patterns.some((pattern) => pattern.test(words));
};

/** More than a tenth of its letters are not Latin: no reply to an English request, whatever it says. */
export function isForeignScript(text: string): boolean {
  const letters = text.match(/\p{L}/gu) ?? [];
  return letters.filter((letter) => !/\p{Script=Latin}/u.test(letter)).length > 0.1 * letters.length;
}
