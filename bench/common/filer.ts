/**
 * Writes many small objects straight into the metadata of a local SeaweedFS: a tenth of the processor's time that a PUT
 * takes. S3 lists and reads them as any other. The fields are those of SeaweedFS's weed/pb/filer.proto.
 */
import { Client, credentials } from '@grpc/grpc-js';
import { parse } from 'protobufjs';

const { root } = parse(
  `
  syntax = "proto3";
  message Attributes { uint64 file_size = 1; int64 mtime = 2; uint32 file_mode = 3; int64 crtime = 6; string mime = 7; }
  message Entry { string name = 1; Attributes attributes = 4; bytes content = 9; }
  message CreateEntryRequest { string directory = 1; Entry entry = 2; }
  message CreateEntryResponse { string error = 1; }
`,
  { keepCase: true },
);
const [request, response] = [root.lookupType('CreateEntryRequest'), root.lookupType('CreateEntryResponse')];

export interface Filer {
  /** @param key within the bucket */
  write(key: string, content: Uint8Array): Promise<void>;
  close(): void;
}

/** @param port of the filer's gRPC on this machine */
export function openFiler(port: number, bucket: string): Filer {
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
  return {
    write: (key, content) => {
      const [, folder = '', name = ''] = /^(.*)\/([^/]+)$/.exec(key) ?? [];
      const now = Math.floor(Date.now() / 1000);
      const attributes = { file_size: content.length, mtime: now, crtime: now, file_mode: 0o660 };
      const entry = { directory: `/buckets/${bucket}/${folder}`, entry: { name, attributes, content } };
      return new Promise((resolve, reject) => {
        client.makeUnaryRequest(
          '/filer_pb.SeaweedFiler/CreateEntry',
          (value: object) => Buffer.from(request.encode(request.create(value)).finish()),
          (bytes) => response.toObject(response.decode(bytes)),
          entry,
          (error, answer) => {
            if (error) reject(error);
            else if (answer?.error) reject(new Error(`${key}: ${answer.error}`));
            else resolve();
          },
        );
      });
    },
    close: () => client.close(),
  };
}
