/** Stands for encryption: payloads are kept backwards, and nothing of them can be read. */
import { METADATA_ENCODING_KEY, type Payload, type PayloadCodec } from '@temporalio/common';
import proto from '@temporalio/proto';

const { Payload: PayloadMessage } = proto.temporal.api.common.v1;
const encoding = new TextEncoder().encode('binary/reversed');

const reversing: PayloadCodec = {
  encode: async (payloads) =>
    payloads.map((payload) => ({
      metadata: { [METADATA_ENCODING_KEY]: encoding },
      data: PayloadMessage.encode(payload).finish().toReversed(),
    })),
  decode: async (payloads) =>
    payloads.map((payload): Payload => PayloadMessage.decode((payload.data ?? new Uint8Array()).toReversed())),
};

export const payloadCodecs = [reversing];
