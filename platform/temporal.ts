/** Connections to Temporal, as `@temporalio/envconfig` reads them: environment variables, then its TOML profile. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection, type ConnectionOptions } from '@temporalio/client';
import type { DataConverter } from '@temporalio/common';
import { type ClientConnectConfig, loadClientConfigProfile, loadClientConnectConfig } from '@temporalio/envconfig';
import type { NativeConnection } from '@temporalio/worker';
import { userMistake } from '../domain/failures.ts';
import { loadDataConverter } from './data-converter.ts';
import type { Environment } from './env.ts';
import { handshakeWords } from './handshake.ts';
import { ownVariables } from './own-environment.ts';
import { explainRefusal, isMerelyAway } from './temporal-refusals.ts';

interface TemporalClient {
  client: Client;
  close(): Promise<void>;
}

/** The part of the environment that decides how Temporal is reached. */
type TemporalPlace = Pick<Environment, 'temporal' | 'payloadCodec'>;

export async function connectClient(place: TemporalPlace): Promise<TemporalClient> {
  const { connectionOptions, namespace = 'default' } = readConfig(place);
  const dataConverter = await loadDataConverter(place.payloadCodec);
  await untilAnswered(connectionOptions);
  const connection = await Connection.connect(connectionOptions);
  return { client: new Client({ connection, namespace, dataConverter }), close: () => connection.close() };
}

interface WorkerConnection {
  connection: NativeConnection;
  namespace: string;
  dataConverter: DataConverter;
}

export async function connectWorker(place: TemporalPlace): Promise<WorkerConnection> {
  const { connectionOptions, namespace = 'default' } = readConfig(place);
  const dataConverter = await loadDataConverter(place.payloadCodec);
  // The worker's own client says less about what is wrong with a certificate.
  await untilAnswered(connectionOptions);
  const worker = await import('@temporalio/worker'); // takes a second, which commands that only ask are spared
  return { connection: await worker.NativeConnection.connect(connectionOptions), namespace, dataConverter };
}

/** Whether the environment or a profile names a Temporal server, so that no local one is meant. */
export const isTemporalNamed = (): boolean => profile().connectionOptions.address !== undefined;

/** The options of a local stack, which has neither key nor certificate, whatever variables and profile say of another server. */
const readConfig = ({ temporal: { local, address } }: TemporalPlace): ClientConnectConfig =>
  local && address !== undefined ? { connectionOptions: { address } } : profile();

function profile(): ClientConnectConfig {
  try {
    // An empty address or key would go before the profile's.
    const variables = { overrideEnvVars: ownVariables() };
    const { tls, apiKey = '' } = loadClientConfigProfile(variables);
    // gRPC would say so with the key in its words.
    if (!/^[\x20-\x7e]*$/.test(apiKey)) {
      throw new Error('the API key has a line break, or characters beyond ASCII, that no header can carry');
    }
    if (tls && (tls.clientCert === undefined) !== (tls.clientKey === undefined)) {
      throw new Error('a client certificate needs both, certificate and key');
    }
    return loadClientConnectConfig(variables);
  } catch (error) {
    const [words] = String(error instanceof Error ? error.message : error).split('\n', 1);
    throw userMistake(
      `Temporal's settings cannot be used (${words}); check the variables TEMPORAL_… and the profile in TEMPORAL_CONFIG_FILE`,
      error,
    );
  }
}

/** How long a server that is being started may need, in milliseconds. */
const patienceMs = 5_000;
const askEveryMs = 200;

/** Asks the server one thing, so that a refusal is reported in its words. */
async function untilAnswered(options: ConnectionOptions): Promise<void> {
  const deadline = Date.now() + patienceMs;
  for (;;) {
    try {
      return await askOnce(options);
    } catch (error) {
      if (!isMerelyAway(error)) throw explainRefusal(error, options);
      const said = options.tls ? await handshakeWords(options) : null;
      if (said !== null) throw explainRefusal(new Error(said), options);
      if (Date.now() > deadline) throw explainRefusal(error, options);
    }
    await sleep(askEveryMs);
  }
}

/** Without the SDK's own retries, whose last error only says that the time is over. */
async function askOnce(options: ConnectionOptions): Promise<void> {
  const connection = Connection.lazy({ ...options, interceptors: [] });
  try {
    await connection.withDeadline(Date.now() + patienceMs, () => connection.workflowService.getSystemInfo({}));
  } finally {
    await connection.close();
  }
}
