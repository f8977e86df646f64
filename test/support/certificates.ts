/** Certificates of one's own: authorities, servers and clients, new ones for each test. */
import { generate } from 'selfsigned';

export interface Pair {
  /** PEM. */
  cert: string;
  key: string;
}

const day = 24 * 60 * 60 * 1000;

async function issue(name: string, { ca, expired = false }: { ca?: Pair; expired?: boolean }): Promise<Pair> {
  const from = Date.now() - 10 * day;
  const { cert, private: key } = await generate([{ name: 'commonName', value: name }], {
    keyType: 'ec',
    algorithm: 'sha256',
    notBeforeDate: new Date(from),
    notAfterDate: new Date(expired ? from + day : from + 100 * day),
    extensions: ca
      ? [
          { name: 'basicConstraints', cA: false },
          { name: 'subjectAltName', altNames: [{ type: 2, value: name }] },
        ]
      : [
          { name: 'basicConstraints', cA: true, critical: true },
          { name: 'keyUsage', keyCertSign: true, critical: true },
        ],
    ...(ca ? { ca: { key: ca.key, cert: ca.cert } } : {}),
  });
  return { cert, key };
}

export const makeAuthority = (name: string): Promise<Pair> => issue(name, {});

/** @param name host of a server, or any name of a client */
export const makePair = (name: string, ca: Pair, more: { expired?: boolean } = {}): Promise<Pair> =>
  issue(name, { ca, ...more });
