/** An S3 endpoint in this process that refuses what the test says; no signature is checked. */
import { createHash } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { onTestFinished } from 'vitest';
import type { S3Settings } from '../../activities/store/s3.ts';

export interface Refused {
  status: number;
  /** No body where it is absent. */
  code?: string;
  message?: string;
  headers?: Record<string, string>;
}

export interface RefusingS3 {
  settings: S3Settings;
  /** By key below the bucket. */
  objects: Map<string, Buffer>;
}

export const anyCredentials = { accessKeyId: 'anybody', secretAccessKey: 'anything' };

interface Habits {
  /** Whether `If-None-Match: *` is heeded. Default: true. */
  conditions?: boolean;
  /** Keys of objects whose last byte never comes. */
  stalls?: RegExp;
}

/** `refuse` is asked for each request, with its key (empty: the bucket itself). Ends with the test. */
export async function startRefusingS3(
  refuse: (method: string, key: string, accessKeyId: string, headers: IncomingHttpHeaders) => Refused | null,
  { conditions = true, stalls }: Habits = {},
): Promise<RefusingS3> {
  const objects = new Map<string, Buffer>();
  const server = createServer(async (request, response) => {
    const body = await bodyOf(request);
    const url = new URL(request.url ?? '/', 'http://localhost');
    const key = decodeURIComponent(url.pathname).split('/').slice(2).join('/');
    const method = request.method ?? '';
    const answer = (status: number, text: string | Buffer = '', headers: Record<string, string> = {}): void =>
      void response.writeHead(status, headers).end(text);
    const accessKeyId = /Credential=([^/]+)/.exec(request.headers.authorization ?? '')?.[1] ?? '';
    const refused = refuse(method, key, accessKeyId, request.headers);
    if (refused) {
      const { status, code, message = code, headers } = refused;
      return answer(
        status,
        code && `<?xml version="1.0"?><Error><Code>${code}</Code><Message>${message}</Message></Error>`,
        headers,
      );
    }
    const found = objects.get(key);
    if (key === '')
      return method === 'GET' ? answer(200, listing(objects, url.searchParams.get('prefix') ?? '')) : answer(200);
    if (method === 'HEAD') return found ? answer(200, '', { 'content-length': String(found.length) }) : answer(404);
    if (method === 'GET' && found && stalls?.test(key)) {
      response.writeHead(200, { 'content-length': String(found.length + 1) }).write(found);
      return;
    }
    if (method === 'GET') return found ? answer(200, found) : answer(404, '<Error><Code>NoSuchKey</Code></Error>');
    if (method === 'DELETE') return answer(objects.delete(key) ? 204 : 204);
    if (method === 'POST') return answer(501, '<Error><Code>NotImplemented</Code></Error>');
    if (conditions && request.headers['if-none-match'] === '*' && found)
      return answer(412, '<Error><Code>PreconditionFailed</Code></Error>');
    objects.set(key, body);
    answer(200, '', { etag: `"${createHash('md5').update(body).digest('hex')}"` });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  return { settings: { endpoint: `http://127.0.0.1:${port}`, region: 'us-east-1', bucket: 'dermflow' }, objects };
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function listing(objects: ReadonlyMap<string, Buffer>, prefix: string): string {
  const keys = [...objects.keys()].filter((key) => key.startsWith(prefix));
  const contents = keys.map((key) => `<Contents><Key>${key}</Key></Contents>`).join('');
  return `<?xml version="1.0"?><ListBucketResult><IsTruncated>false</IsTruncated>${contents}</ListBucketResult>`;
}
