/** Our search attributes in a namespace: which are missing, and how its operators register them. */
import type { Client } from '@temporalio/client';
import { searchAttributes } from '../domain/names.ts';

const names = Object.values(searchAttributes);

/** The commands for a server of one's own and for Temporal Cloud, on one line. */
export const howToRegister = (namespace: string, missing: readonly string[] = names): string =>
  `Register them by "temporal operator search-attribute create --namespace ${namespace} ${missing
    .map((name) => `--name ${name} --type Keyword`)
    .join(' ')}", on Temporal Cloud by "tcld namespace search-attributes add --namespace ${namespace} ${missing
    .map((name) => `--search-attribute "${name}=Keyword"`)
    .join(' ')}"`;

/** Those that the namespace lacks; null where the server does not say, as Temporal Cloud does to most keys. */
export async function missingSearchAttributes(client: Client): Promise<string[] | null> {
  const { namespace } = client.options;
  try {
    const { customAttributes = {} } = await client.connection.operatorService.listSearchAttributes({ namespace });
    return names.filter((name) => !(name in (customAttributes ?? {})));
  } catch {
    return null;
  }
}
