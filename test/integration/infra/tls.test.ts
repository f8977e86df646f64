/** Temporal behind TLS: by client certificate and by API key, as `@temporalio/envconfig` reads them, and what is wrong with them. */
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { execa } from 'execa';
import getPort from 'get-port';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { repositoryRoot } from '../../../platform/env.ts';
import { makeAuthority, makePair, type Pair } from '../../support/certificates.ts';
import { type Home, makeHome } from '../../support/home.ts';
import { type S3Server, startS3Server } from '../../support/s3.ts';
import { dermflow } from '../../support/start.ts';
import { startDevServer } from '../../support/temporal.ts';
import { type Front, startTlsFront } from '../../support/tls-front.ts';

const name = 'temporal.test';
let folder: string;
let home: Home;
let temporal: TestWorkflowEnvironment;
let authority: Pair;
let client: Pair;
const fronts: Front[] = [];

const file = async (label: string, text: string): Promise<string> => {
  const path = join(folder, `${label}.pem`);
  await writeFile(path, text);
  return path;
};

async function openFront(options: Omit<Parameters<typeof startTlsFront>[0], 'behind'>): Promise<Front> {
  const front = await startTlsFront({ behind: temporal.address, ...options });
  fronts.push(front);
  return front;
}

let mutual: Front;
let keyed: Front;
let expired: Front;
let trusted: Record<string, string>;
let certified: Record<string, string>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dermflow-tls-'));
  [home, temporal, authority] = await Promise.all([makeHome(), startDevServer(), makeAuthority('authority')]);
  client = await makePair('client', authority);
  const server = await makePair(name, authority);
  mutual = await openFront({ server, clients: authority });
  keyed = await openFront({ server, apiKey: 'the-right-key' });
  expired = await openFront({ server: await makePair(name, authority, { expired: true }) });
  trusted = {
    TEMPORAL_TLS_SERVER_CA_CERT_PATH: await file('ca', authority.cert),
    TEMPORAL_TLS_SERVER_NAME: name,
  };
  certified = {
    ...trusted,
    TEMPORAL_TLS_CLIENT_CERT_PATH: await file('client', client.cert),
    TEMPORAL_TLS_CLIENT_KEY_PATH: await file('client-key', client.key),
  };
});
afterAll(async () => {
  for (const front of fronts) front.close();
  await temporal.teardown();
  await home.remove();
  await rm(folder, { recursive: true, force: true });
});

const list = (address: string, env: Record<string, string>) =>
  execa(process.execPath, [dermflow, 'list'], {
    env: { ...home.env, TEMPORAL_ADDRESS: address, ...env },
    reject: false,
  });

describe('a command', () => {
  it('is let in by its client certificate', async () => {
    expect(await list(mutual.address, certified)).toMatchObject({ exitCode: 0, stdout: 'no runs', stderr: '' });
  });

  it('is let in by its API key', async () => {
    const env = { ...trusted, TEMPORAL_API_KEY: 'the-right-key' };
    expect(await list(keyed.address, env)).toMatchObject({ exitCode: 0, stdout: 'no runs', stderr: '' });
    expect([...keyed.keys]).toEqual(['Bearer the-right-key']);
  });

  it('reads both from a profile', async () => {
    const profile = await file(
      'profile',
      `[profile.cloud]\naddress = "${keyed.address}"\napi_key = "the-right-key"\n[profile.cloud.tls]\n` +
        `server_name = "${name}"\nserver_ca_cert_path = "${trusted.TEMPORAL_TLS_SERVER_CA_CERT_PATH}"\n`,
    );
    const { exitCode, stdout } = await execa(process.execPath, [dermflow, 'list'], {
      env: { ...home.env, TEMPORAL_CONFIG_FILE: profile, TEMPORAL_PROFILE: 'cloud' },
      reject: false,
    });
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: 'no runs' });
  });
});

describe('what is wrong is one line, with the words of the other side and the remedy', () => {
  const cases: [string, () => Promise<[Front | string, Record<string, string>]>, RegExp, number][] = [
    [
      'no client certificate',
      async () => [mutual, trusted],
      /asks for a client certificate; set TEMPORAL_TLS_CLIENT_CERT_PATH and TEMPORAL_TLS_CLIENT_KEY_PATH \(.*(alert|certificate).*\)/i,
      2,
    ],
    [
      'a client certificate of another authority, to a server that says no word',
      async () => {
        const stranger = await makePair('client', await makeAuthority('another'));
        const own = {
          TEMPORAL_TLS_CLIENT_CERT_PATH: await file('stranger', stranger.cert),
          TEMPORAL_TLS_CLIENT_KEY_PATH: await file('stranger-key', stranger.key),
        };
        return [mutual, { ...trusted, ...own }];
      },
      /does not take the connection; where it asks for a client certificate, set TEMPORAL_TLS_CLIENT_CERT_PATH and .* \(.*\)/,
      2,
    ],
    [
      'an expired client certificate, to a server that says no word',
      async () => {
        const old = await makePair('client', authority, { expired: true });
        const own = {
          TEMPORAL_TLS_CLIENT_CERT_PATH: await file('old', old.cert),
          TEMPORAL_TLS_CLIENT_KEY_PATH: await file('old-key', old.key),
        };
        return [mutual, { ...trusted, ...own }];
      },
      /does not take the connection; where it asks for a client certificate, set TEMPORAL_TLS_CLIENT_CERT_PATH and .* \(.*\)/,
      2,
    ],
    [
      'a key of another pair',
      async () => {
        const key = await file('other-key', (await makePair('client', authority)).key);
        return [mutual, { ...certified, TEMPORAL_TLS_CLIENT_KEY_PATH: key }];
      },
      /certificate and key do not go together; check TEMPORAL_TLS_CLIENT_CERT_PATH .* \(.*key values mismatch.*\)/,
      2,
    ],
    [
      'a certificate without its key',
      async () => {
        const { TEMPORAL_TLS_CLIENT_KEY_PATH: _, ...rest } = certified;
        return [mutual, rest];
      },
      /settings cannot be used \(a client certificate needs both, certificate and key\); check the variables TEMPORAL_/,
      2,
    ],
    [
      'a file that is not there',
      async () => [mutual, { ...certified, TEMPORAL_TLS_CLIENT_CERT_PATH: join(folder, 'nowhere.pem') }],
      /settings cannot be used \(ENOENT.*nowhere\.pem'\); check the variables TEMPORAL_/,
      2,
    ],
    [
      'a server whose authority is not known',
      async () => [keyed, { TEMPORAL_TLS: 'true', TEMPORAL_TLS_SERVER_NAME: name }],
      /shows a certificate that no known authority signed; set TEMPORAL_TLS_SERVER_CA_CERT_PATH .* \(.*\)/,
      2,
    ],
    [
      'another authority than the server’s',
      async () => [
        keyed,
        { ...trusted, TEMPORAL_TLS_SERVER_CA_CERT_PATH: await file('ca-2', (await makeAuthority('authority')).cert) },
      ],
      /shows a certificate that no known authority signed; set TEMPORAL_TLS_SERVER_CA_CERT_PATH .* \(.*\)/,
      2,
    ],
    [
      'an expired certificate of the server',
      async () => [expired, trusted],
      /shows a certificate that is not valid now; its operators renew it.* \(.*certificate has expired.*\)/,
      3,
    ],
    [
      'a certificate for another name',
      async () => [keyed, { ...trusted, TEMPORAL_TLS_SERVER_NAME: 'another.test' }],
      /shows a certificate for another name; set TEMPORAL_TLS_SERVER_NAME .* \(.*temporal\.test.*\)/,
      2,
    ],
    [
      'a wrong API key',
      async () => [keyed, { ...trusted, TEMPORAL_API_KEY: 'a-wrong-key' }],
      /does not let us in; set TEMPORAL_API_KEY .* \(.*Request unauthorized.*\)/,
      2,
    ],
    [
      'TLS to a server without',
      async () => [temporal.address.replace('127.0.0.1', 'localhost'), { TEMPORAL_TLS: 'true' }],
      /speaks no TLS; set TEMPORAL_TLS=false/,
      2,
    ],
    [
      'no TLS to a server with',
      async () => [keyed, {}],
      /cannot be reached; .* or TEMPORAL_TLS=true where it speaks TLS \(.*\)/,
      3,
    ],
  ];

  it.each(cases)('%s', async (_, make, words, code) => {
    const [front, env] = await make();
    const { exitCode, stdout, stderr } = await list(typeof front === 'string' ? front : front.address, env);
    expect(stderr).toMatch(words);
    expect(stderr.trim().split('\n'), stderr).toHaveLength(1);
    expect(stdout).toBe('');
    expect(exitCode).toBe(code);
  });
});

const openssl = '/usr/bin/openssl';

describe.skipIf(!existsSync(openssl))('a server that says what it has against a client (needs openssl)', () => {
  async function refusedBy(pair: Pair): Promise<string> {
    const server = await makePair(name, authority);
    const port = String(await getPort());
    const files = ['-cert', await file('s', server.cert), '-key', await file('s-key', server.key)];
    const demands = ['-Verify', '1', '-verify_return_error', '-CAfile', await file('s-ca', authority.cert)];
    const listening = execa(openssl, ['s_server', '-accept', `127.0.0.1:${port}`, ...files, ...demands], {
      reject: false,
      stdin: 'pipe',
    });
    await once(listening.stdout, 'data'); // ACCEPT
    const own = {
      TEMPORAL_TLS_CLIENT_CERT_PATH: await file('c', pair.cert),
      TEMPORAL_TLS_CLIENT_KEY_PATH: await file('c-key', pair.key),
    };
    const { stderr, exitCode } = await list(`127.0.0.1:${port}`, { ...trusted, ...own });
    listening.kill('SIGKILL');
    expect(exitCode, stderr).toBe(2);
    return stderr;
  }

  it('another authority', async () =>
    expect(await refusedBy(await makePair('client', await makeAuthority('another')))).toMatch(
      /does not trust the client certificate; set TEMPORAL_TLS_CLIENT_CERT_PATH and .* \(.*alert unknown ca.*\)/i,
    ));

  it('an expired certificate', async () =>
    expect(await refusedBy(await makePair('client', authority, { expired: true }))).toMatch(
      /does not take the client certificate any more; renew the files of .* \(.*alert certificate expired.*\)/i,
    ));
});

describe('a worker', () => {
  let s3: S3Server;
  beforeAll(async () => {
    s3 = await startS3Server();
  });
  afterAll(() => s3.remove());

  const worker = (env: Record<string, string>) =>
    execa(process.execPath, [join(repositoryRoot, 'workers/main.ts'), 'orchestrator'], {
      env: {
        ...home.env,
        DERMFLOW_S3_ENDPOINT: s3.settings.endpoint ?? '',
        AWS_ACCESS_KEY_ID: s3.secrets.accessKeyId,
        AWS_SECRET_ACCESS_KEY: s3.secrets.secretAccessKey,
        TEMPORAL_ADDRESS: mutual.address,
        ...env,
      },
      reject: false,
    });

  it('works behind a client certificate', async () => {
    const running = worker(certified);
    await new Promise<void>((ready, failed) => {
      running.stderr.on('data', (chunk) => String(chunk).includes('worker ready') && ready());
      void running.then(({ stderr }) => failed(new Error(stderr)));
    });
    running.kill('SIGTERM');
    expect(await running).toMatchObject({ exitCode: 0 });
  });

  it('without one says so in one line', async () => {
    const { exitCode, stderr } = await worker(trusted);
    expect(stderr.trim()).toMatch(/^Temporal at .* asks for a client certificate; set .*$/);
    expect(exitCode).toBe(2);
  });
});
