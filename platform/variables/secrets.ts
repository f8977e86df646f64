/**
 * Variables whose secrets Dermflow's own processes alone need. Trainers, and the servers of a local stack, are started
 * without them: libraries and trackers write down what they find in their environment. Not AWS's: a tracker may store there.
 */
import { llmProviders, variableOf } from '../../domain/llm-settings.ts';

const places = ['DERMFLOW_LLM_', ...llmProviders.map(variableOf)];

/** An address may hold a password, and the fields of a request a key. */
const names = [
  ...places.flatMap((place) => [`${place}API_KEY`, `${place}BASE_URL`]),
  ...['DERMFLOW_LLM_BODY', 'DERMFLOW_WEBHOOK_SECRET'],
  ...['TEMPORAL_API_KEY', 'TEMPORAL_CODEC_AUTH', 'TEMPORAL_TLS_CLIENT_KEY_DATA'],
];

/** For the variables of a child. */
export const unsetSecrets: Readonly<Record<string, undefined>> = Object.fromEntries(
  names.map((name) => [name, undefined]),
);
