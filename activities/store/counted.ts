/**
 * Request bodies in pieces. A body that is handed to the socket at once shows no progress while it goes, for minutes on a
 * slow line; and a socket that sends none of it is found out only after its limit has passed twice.
 */
import { Readable } from 'node:stream';
import type { S3Client } from '@aws-sdk/client-s3';
import { byteCounter } from '../motion.ts';

const pieceBytes = 2 ** 18;

/** Counts what is sent. The last step before the socket, so each attempt of the SDK begins again and is signed before. */
export function countBodies(client: S3Client): void {
  client.middlewareStack.add(
    (next) => {
      let counted = 0;
      return async (args) => {
        const request = args.request as { body?: unknown }; // the SDK types requests as unknown
        const { body } = request;
        if (!(body instanceof Uint8Array)) return next(args);
        const count = byteCounter();
        count(-counted);
        counted = 0;
        const onPiece = (bytes: number): void => {
          counted += bytes;
          count(bytes);
        };
        // One piece goes to the socket at once in any case, without the cost of a stream around it.
        if (body.byteLength <= pieceBytes) {
          const answer = await next(args);
          onPiece(body.byteLength);
          return answer;
        }
        return next({ ...args, request: { ...request, body: Readable.from(piecesOf(body, onPiece)) } });
      };
    },
    { step: 'deserialize', name: 'countBodies' },
  );
}

/** @param onPiece called when the socket has room for the next piece */
function* piecesOf(body: Uint8Array, onPiece: (bytes: number) => void): Generator<Uint8Array> {
  for (let start = 0; start < body.byteLength; start += pieceBytes) {
    const piece = body.subarray(start, start + pieceBytes);
    yield piece;
    onPiece(piece.byteLength);
  }
}
