/**
 * HTTP proxies as the environment names them: `HTTP_PROXY`, `HTTPS_PROXY`, `NO_PROXY`, in either case. They hold for the
 * store and for LLMs; Temporal's client reads them too. What runs on this machine is never asked through one.
 */
import http, { setGlobalProxyFromEnv } from 'node:http';
import https from 'node:https';
import { getProxyForUrl } from 'proxy-from-env';
import { userMistake } from '../domain/failures.ts';
import { httpAddress, shownValue } from './variables/values.ts';

// biome-ignore lint/style/noProcessEnv: Node and proxy-from-env read proxies there, child processes too
const own = process.env;

const loopback = ['localhost', '127.0.0.1', '::1', '[::1]'];

/** The hosts that are asked directly, as `NO_PROXY` lists them: the user's, and this machine. */
export function exemptHosts(variables: NodeJS.ProcessEnv = own): string {
  const listed = [variables.NO_PROXY, variables.no_proxy].flatMap((list) => list?.split(/[\s,]+/) ?? []);
  return [...new Set([...listed, ...loopback])].filter((host) => host !== '').join(',');
}

const addresses = ['HTTP_PROXY', 'HTTPS_PROXY', 'http_proxy', 'https_proxy'] as const;

/** Libraries end the process by what they cannot read, and show it with its password, or ask without a proxy. */
function requireAddresses(variables: NodeJS.ProcessEnv): void {
  for (const name of addresses) {
    const value = variables[name];
    if (value && !httpAddress.safeParse(value).success)
      throw userMistake(`environment: ${name} is ${shownValue(name, value)}: expected http://host:port, or nothing`);
  }
}

/** Must be called at the start of a process, before any connection. Child processes inherit the exemption. */
export function useProxies(variables: NodeJS.ProcessEnv = own): void {
  requireAddresses(variables);
  const exempt = exemptHosts(variables);
  Object.assign(variables, { NO_PROXY: exempt, no_proxy: exempt });
  setGlobalProxyFromEnv(variables);
}

/** Agents that go through the proxies, for clients that have their own; up to `maxSockets` connections to a host. */
export const proxyAgents = (maxSockets = 50) => {
  const options = { keepAlive: true, maxSockets, proxyEnv: own };
  return { httpAgent: new http.Agent(options), httpsAgent: new https.Agent(options) };
};

/** ` through the proxy of HTTPS_PROXY` where a request to this address goes there; empty where it goes directly. */
export function proxyWords(address: string): string {
  if (getProxyForUrl(address) === '') return '';
  return ` through the proxy of ${new URL(address).protocol.slice(0, -1).toUpperCase()}_PROXY (NO_PROXY exempts hosts)`;
}
