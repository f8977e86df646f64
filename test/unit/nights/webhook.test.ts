import { createServer } from 'node:http';
import { describe, expect, it } from 'vitest';
import { callWebhook, signedHeaders } from '../../../activities/nights/webhook.ts';
import { failureTypes } from '../../../domain/failures.ts';
import { reference } from '../../support/fake-activities.ts';
import { listenOnLoopback } from '../../support/loopback.ts';

const result = {
  ...{ schedule: 'tiny', night: '2026-11-26T01:30:00.000Z', verdict: 'drop' as const, words: ['id-diagnosis: drop'] },
  record: reference('night', 'tiny'),
};

describe('a webhook', () => {
  it('is signed as the libraries of Standard Webhooks sign their example', () => {
    const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
    const headers = signedHeaders(secret, 'msg_p5jXN8AQM9LWM0D4loKWxJek', 1614265330, '{"test": 2432232314}');
    expect(headers['webhook-signature']).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
  });

  it.each([
    ['answers with an error', 500],
    ['sends on to somewhere else', 302],
  ])('that %s is tried again, and its address is not told', async (_, status) => {
    const port = await listenOnLoopback(
      createServer((_request, response) => void response.writeHead(status, { location: '/elsewhere' }).end()),
    );
    const refused = callWebhook({ url: `http://127.0.0.1:${port}/token-of-mine`, result }, 'secret');
    await expect(refused).rejects.toMatchObject({
      type: failureTypes.unavailable,
      message: expect.stringContaining('127.0.0.1'),
    });
    await expect(refused).rejects.not.toMatchObject({ message: expect.stringContaining('token-of-mine') });
  });

  it('with a name or password in its address is not called, nor is the address told', async () => {
    const refused = callWebhook({ url: 'https://me:hidden@hooks.example/token-of-mine', result }, 'secret');
    await expect(refused).rejects.toMatchObject({ type: failureTypes.userMistake });
    await expect(refused).rejects.not.toThrow(/hidden|token-of-mine/);
  });

  it('without a secret is not called', async () => {
    await expect(callWebhook({ url: 'http://127.0.0.1:9', result }, null)).rejects.toThrow(
      'set DERMFLOW_WEBHOOK_SECRET',
    );
  });
});
