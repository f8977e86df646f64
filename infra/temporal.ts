/** Connections to Temporal, as `@temporalio/envconfig` reads them: environment variables, then its TOML profile. */
import { Client, Connection } from '@temporalio/client';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { NativeConnection } from '@temporalio/worker';
import { unavailable } from '../domain/failures.ts';
import { proxyWords } from './proxy.ts';

const remedy = 'start it ("npx dermflow up" for a local one) or set TEMPORAL_ADDRESS';

export interface TemporalClient {
  client: Client;
  close(): Promise<void>;
}

export async function connectClient(): Promise<TemporalClient> {
  const { connectionOptions, namespace = 'default' } = loadClientConnectConfig();
  const connection = await explaining(
    connectionOptions.address,
    Connection.connect({ ...connectionOptions, connectTimeout: 5_000 }),
  );
  return { client: new Client({ connection, namespace }), close: () => connection.close() };
}

export async function connectWorker(): Promise<{ connection: NativeConnection; namespace: string }> {
  const { connectionOptions, namespace = 'default' } = loadClientConnectConfig();
  return {
    connection: await explaining(connectionOptions.address, NativeConnection.connect(connectionOptions)),
    namespace,
  };
}

async function explaining<T>(address: string | undefined, connecting: Promise<T>): Promise<T> {
  try {
    return await connecting;
  } catch (error) {
    const asked = address ?? 'localhost:7233';
    throw unavailable(`Temporal at ${asked} cannot be reached${proxyWords(`http://${asked}`)}; ${remedy}`, error);
  }
}
