import { describe, expect, it } from 'vitest';
import { isForeignScript, isRefusal } from '../../../domain/replies/refusal.ts';

describe('isRefusal', () => {
  it.each([
    'I’m sorry, but I can’t help with that request.',
    "I'm sorry, I cannot explain medical signs.",
    'I‘m really sorry — this is medical advice.',
    'Iʼm unable to provide a diagnosis from this.',
    'I am not able to compare these rules.',
    'I can not assist with this.',
    'Unfortunately, I cannot provide medical images.',
    'Sorry, that is not something I do.',
    'As an AI, I do not see pictures.',
    'As an AI language model, dermatology is outside my scope.',
    'As a large language model I must be careful here.',
    'I’m just an AI assistant and no doctor.',
    'I am not a doctor, so please see one.',
    'I must decline this request.',
    'I don’t feel comfortable answering this.',
    'I do not have the ability to view images.',
    'This request violates my usage policies.',
    'My apologies, this cannot be answered.',
    'Es tut mir leid, aber ich kann dabei nicht helfen.',
    'Als KI kann ich keine Diagnose stellen.',
    'Je suis désolé, mais je ne peux pas répondre.',
    "En tant qu’IA, je n'ai pas d'avis.",
    'Lo siento, pero no puedo ayudar con eso.',
    'Como modelo de lenguaje, no ofrezco diagnósticos.',
    'Desculpe, mas não posso ajudar.',
    'Mi dispiace, ma non posso rispondere.',
    'Het spijt me, maar ik kan hier niet bij helpen.',
    'Jag kan tyvärr inte hjälpa till med det.',
    'Przepraszam, ale nie mogę pomóc.',
    'Üzgünüm, bu konuda yardımcı olamam.',
    'Извините, я не могу помочь с этим.',
    '抱歉，我无法提供医疗诊断。',
    '作为一个人工智能助手，我不能提供诊断。',
    '申し訳ありませんが、お手伝いできません。',
    '죄송하지만 도와드릴 수 없습니다.',
    'عذرا، لا أستطيع المساعدة في ذلك.',
    'Xin lỗi, tôi không thể giúp việc này.',
    'Maaf, saya tidak dapat membantu.',
  ])('%s', (text) => expect(isRefusal(text)).toBe(true));

  it.each([
    'The lesion shows an atypical pigment network and lacks milia-like cysts.',
    'We cannot exclude melanoma, but the regular border speaks against it.',
    'The lesion cannot be a seborrhoeic keratosis because comedo-like openings are absent.',
    'Melanoma can’t be diagnosed by colour alone; the border is decisive here.',
    'In Fitzpatrick type I cannot the erythema be missed.',
    'Skin type I will not tan, which makes the lesion’s colour stand out.',
    'The naked eye is unable to see the network, dermoscopy shows it.',
    'Café-au-lait colour is uniform, as in a benign lesion.',
    'Regrettably similar in colour, the two differ in their border.',
    'An artificial light source may hide the erythema.',
  ])('is not: %s', (text) => expect(isRefusal(text)).toBe(false));
});

describe('isForeignScript', () => {
  it.each([
    ['Ο βλατίδες είναι μελαγχρωματικές.', true],
    ['病变显示不规则色素网。', true],
    ['TNF-α and β-catenin are expressed in the lesion.', false],
    ['Naïve melanocytes, café-au-lait colour.', false],
  ])('%s: %s', (text, expected) => expect(isForeignScript(text)).toBe(expected));
});
