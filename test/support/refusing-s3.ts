/** An S3 endpoint in this process that refuses what the test says. */
import type { IncomingHttpHeaders } from 'node:http';
import { errorOf, type FakeS3, startFakeS3 } from './fake-s3.ts';

export { anyCredentials } from './fake-s3.ts';

export interface Refused {
  status: number;
  /** No body where it is absent. */
  code?: string;
  message?: string;
  headers?: Record<string, string>;
}

/** `refuse` is asked for each request, with its key (empty: the bucket itself). Ends with the test. */
export const startRefusingS3 = (
  refuse: (method: string, key: string, accessKeyId: string, headers: IncomingHttpHeaders) => Refused | null,
): Promise<FakeS3> =>
  startFakeS3(({ method, key, headers, request, response }) => {
    const accessKeyId = /Credential=([^/]+)/.exec(headers.authorization ?? '')?.[1] ?? '';
    const refused = refuse(method, key, accessKeyId, headers);
    if (!refused) return false;
    // A server that refuses reads on, or the client would be cut off before it hears of it.
    request.resume().on('end', () => {
      response.writeHead(refused.status, refused.headers);
      response.end(refused.code && errorOf(refused.code, refused.message));
    });
    return true;
  });
