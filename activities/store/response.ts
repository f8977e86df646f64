/** What an error of the SDK has of the answer that it came from. */

interface Response {
  statusCode?: unknown;
  headers?: Record<string, string | undefined>;
}

/** The SDK adds it to what it throws. */
const responseOf = (error: Error): Response => {
  const { $response } = error as { $response?: unknown }; // as the SDK adds it
  return typeof $response === 'object' && $response !== null ? $response : {};
};

export const headersOf = (error: Error): Record<string, string | undefined> => responseOf(error).headers ?? {};

/** Also of an answer that the SDK could not read as S3's; null where there was none. */
export function httpStatusOf(error: Error): number | null {
  const { $metadata } = error as { $metadata?: Record<string, unknown> }; // as the SDK adds it
  const status = $metadata?.httpStatusCode ?? responseOf(error).statusCode;
  return typeof status === 'number' ? status : null;
}

/** Whether a proxy or gateway answered in the store's place: S3 sends its errors in XML, with a code of its own. */
export const isPageError = (error: Error): boolean =>
  /^text\/html\b/i.test(headersOf(error)['content-type'] ?? '') && !namedByS3(error);

/** Names that the SDK gives where the answer names nothing. */
const namedByS3 = ({ name }: Error): boolean => !/^(Error|SyntaxError|TypeError|Unknown\w*|NotFound|\d+)$/.test(name);
