/** Credentials that may be renewed while a worker runs. */
import { defaultProvider } from '@aws-sdk/credential-provider-node';

/** How long before credentials expire the SDK asks for new ones, in milliseconds. */
const renewedBeforeMs = 5 * 60_000;

/**
 * The SDK's own chain, asked again now and then. The SDK keeps credentials of a file forever where the file names no
 * expiry; here a file that somebody renewed is read again, and a checkpoint that waits for that is stored. Variables of
 * the environment cannot change in a running process: they need a new worker.
 *
 * @param rereadMs in milliseconds; credentials that name their own expiry are kept until then
 */
export function renewableCredentials(rereadMs = 60_000): ReturnType<typeof defaultProvider> {
  return async (properties) => {
    const found = await defaultProvider({ ignoreCache: true })(properties);
    return { ...found, expiration: found.expiration ?? new Date(Date.now() + renewedBeforeMs + rereadMs) };
  };
}
