/** A small S3 in this process that can be made to misbehave; no signature is checked. */
import { createHash, randomUUID } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { S3Settings } from '../../activities/store/s3.ts';
import { listenOnLoopback } from './loopback.ts';

export interface Asked {
  method: string;
  /** Below the bucket; empty: the bucket itself. */
  key: string;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  /** How often this method was asked of this key, from 1. */
  count: number;
  request: IncomingMessage;
  response: ServerResponse;
}

/** Looks at a request whose body is not yet read; true where it answers, or does not, in the server's place. */
export type Habit = (asked: Asked, objects: Map<string, Buffer>) => boolean;

export interface FakeS3 {
  settings: S3Settings;
  /** By key below the bucket. */
  objects: Map<string, Buffer>;
  /** `PUT key`, one for each request. */
  log: string[];
}

export const anyCredentials = { accessKeyId: 'anybody', secretAccessKey: 'anything' };

export const errorOf = (code: string, message = code): string =>
  `<?xml version="1.0"?><Error><Code>${code}</Code><Message>${message}</Message></Error>`;

/** Ends with the test. */
export async function startFakeS3(habit: Habit = () => false, pageSize = 1_000): Promise<FakeS3> {
  const objects = new Map<string, Buffer>();
  const log: string[] = [];
  const serve = createBucket(objects, pageSize);
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    const key = decodeURIComponent(url.pathname).split('/').slice(2).join('/');
    const method = request.method ?? '';
    log.push(`${method} ${key}`);
    const count = log.filter((line) => line === `${method} ${key}`).length;
    const { headers } = request;
    const asked = { method, key, query: url.searchParams, headers, count, request, response };
    if (!habit(asked, objects)) void serve(asked);
  });
  const port = await listenOnLoopback(server);
  const settings = { endpoint: `http://127.0.0.1:${port}`, region: 'us-east-1', bucket: 'dermflow' };
  return { settings, objects, log };
}

export const md5 = (data: Buffer): string => `"${createHash('md5').update(data).digest('hex')}"`;

interface Upload {
  key: string;
  parts: Map<number, Buffer>;
}

/** What a well-behaved server does. */
function createBucket(objects: Map<string, Buffer>, pageSize: number): (asked: Asked) => Promise<void> {
  const uploads = new Map<string, Upload>();
  return async ({ method, key, query, headers, request, response }) => {
    const body = await bodyOf(request);
    const answer = (status: number, text: string | Buffer = '', more: Record<string, string> = {}): void =>
      void response.writeHead(status, more).end(text);
    const id = query.get('uploadId');
    const upload = id === null ? undefined : uploads.get(id);
    if (id !== null && !upload) return answer(404, errorOf('NoSuchUpload'));
    if (key === '' && method === 'GET') {
      return answer(200, query.has('uploads') ? uploadsListed(uploads, query) : listing(objects, query, pageSize));
    }
    if (key === '') return answer(200);
    if (method === 'POST' && query.has('uploads')) {
      const UploadId = randomUUID();
      uploads.set(UploadId, { key, parts: new Map() });
      return answer(
        200,
        `<InitiateMultipartUploadResult><UploadId>${UploadId}</UploadId></InitiateMultipartUploadResult>`,
      );
    }
    if (upload && id !== null) {
      if (method === 'GET') return answer(200, partsListed(upload));
      if (method === 'PUT') {
        upload.parts.set(Number(query.get('partNumber')), body);
        return answer(200, '', { etag: md5(body) });
      }
      uploads.delete(id);
      if (method === 'DELETE') return answer(204);
      const whole = Buffer.concat([...upload.parts].toSorted(([a], [b]) => a - b).map(([, part]) => part));
      objects.set(key, whole);
      return answer(200, `<CompleteMultipartUploadResult><ETag>${md5(whole)}</ETag></CompleteMultipartUploadResult>`);
    }
    const found = objects.get(key);
    if (method === 'HEAD') return found ? answer(200, '', { 'content-length': String(found.length) }) : answer(404);
    if (method === 'GET') return found ? part(found, headers.range, answer) : answer(404, errorOf('NoSuchKey'));
    if (method === 'DELETE') return answer(objects.delete(key) ? 204 : 204);
    if (headers['if-none-match'] === '*' && found) return answer(412, errorOf('PreconditionFailed'));
    objects.set(key, body);
    answer(200, '', { etag: md5(body) });
  };
}

type Answer = (status: number, text?: string | Buffer, headers?: Record<string, string>) => void;

/** An object, or the range of it that is asked for. */
function part(found: Buffer, range: string | undefined, answer: Answer): void {
  const [, from, to] = /^bytes=(\d+)-(\d*)$/.exec(range ?? '') ?? [];
  const etag = md5(found);
  const [start, end] = [Number(from ?? 0), to ? Math.min(Number(to), found.length - 1) : found.length - 1];
  if (from === undefined) answer(200, found, { etag });
  else if (start >= found.length) answer(416, errorOf('InvalidRange'));
  else answer(206, found.subarray(start, end + 1), { etag, 'content-range': `bytes ${start}-${end}/${found.length}` });
}

export async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function listing(objects: ReadonlyMap<string, Buffer>, query: URLSearchParams, pageSize: number): string {
  const after = query.get('continuation-token') ?? '';
  const keys = [...objects.keys()].filter((key) => key.startsWith(query.get('prefix') ?? '') && key > after).toSorted();
  return listed(keys.slice(0, pageSize), keys.length > pageSize ? (keys[pageSize - 1] ?? null) : null);
}

/** @param next token of the page after this one, null where there is none */
export const listed = (keys: readonly string[], next: string | null): string =>
  `<?xml version="1.0"?><ListBucketResult><IsTruncated>${next !== null}</IsTruncated>${
    next === null ? '' : `<NextContinuationToken>${next}</NextContinuationToken>`
  }${keys.map((key) => `<Contents><Key>${key}</Key></Contents>`).join('')}</ListBucketResult>`;

const uploadsListed = (uploads: ReadonlyMap<string, Upload>, query: URLSearchParams): string =>
  `<ListMultipartUploadsResult>${[...uploads]
    .filter(([, { key }]) => key.startsWith(query.get('prefix') ?? ''))
    .map(([id, { key }]) => `<Upload><Key>${key}</Key><UploadId>${id}</UploadId></Upload>`)
    .join('')}</ListMultipartUploadsResult>`;

const partsListed = ({ parts }: Upload): string =>
  `<ListPartsResult>${[...parts]
    .map(
      ([number, data]) =>
        `<Part><PartNumber>${number}</PartNumber><ETag>${md5(data)}</ETag><Size>${data.length}</Size></Part>`,
    )
    .join('')}</ListPartsResult>`;
