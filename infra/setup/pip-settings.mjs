/**
 * What pip's configuration says about where packages come from, for pip itself and for uv, which reads none of it. What
 * it says about where packages go (`user`, `target`, `prefix`, `require-virtualenv`, `constraint`, …) is meant for the
 * user's own environments and must not reach the set-up's.
 */
import { existsSync } from 'node:fs';

/** Options that pip keeps. All else of `PIP_…` and of its files is left out. */
const kept = [
  ...['index-url', 'extra-index-url', 'no-index', 'find-links', 'trusted-host', 'cert', 'client-cert', 'proxy'],
  ...['timeout', 'retries', 'keyring-provider', 'cache-dir', 'no-cache-dir', 'use-feature', 'use-deprecated'],
];

/** Older names of the same. */
const aliases = { 'default-timeout': 'timeout', 'pypi-url': 'index-url' };

/** Options of uv that say where packages come from and how they are fetched; others change what is installed. */
const keptOfUv =
  /^UV_(DEFAULT_INDEX|INDEX|INDEX_.+|EXTRA_INDEX_URL|FIND_LINKS|NO_INDEX|INSECURE_HOST|KEYRING_PROVIDER|CREDENTIALS_DIR|NATIVE_TLS|SYSTEM_CERTS|OFFLINE|CACHE_DIR|NO_CACHE|LINK_MODE|CONFIG_FILE|NO_CONFIG|HTTP_.+|CONCURRENT_.+|REQUEST_TIMEOUT|NO_PROGRESS|LOCK_TIMEOUT)$/;

/**
 * Reads the output of `pip config list`: lines like `global.index-url='https://…'`, in which the sections of one option
 * override each other as in pip: `global`, then `install`, then the environment.
 */
export function readPipSettings(output) {
  const settings = {};
  for (const section of ['global', 'install', ':env:']) {
    for (const line of output.split('\n')) {
      const [, inSection, name, quoted] = /^([^.]+)\.([a-z-]+)=(.*)$/.exec(line.trim()) ?? [];
      const option = aliases[name] ?? name;
      if (inSection !== section || !kept.includes(option)) continue;
      const value = unquote(quoted);
      if (value !== '') settings[option] = value;
    }
  }
  return settings;
}

/** Python's `repr` of a text. */
const unquote = (text) =>
  /^(['"]).*\1$/s.test(text)
    ? text.slice(1, -1).replace(/\\(.)/g, (_, c) => ({ n: '\n', t: '\t', r: '\r' })[c] ?? c)
    : text;

const words = (text) => text.split(/\s+/).filter((word) => word !== '');
const isTrue = (text) => /^(1|y|yes|t|true|on)$/i.test(text);

/**
 * Variables for pip and for uv, whose own settings hold where there are any.
 *
 * @param settings of {@link readPipSettings}
 * @param uvKnowsIndexes a file of uv's names indexes
 */
export function packageVariables(variables, settings, uvKnowsIndexes) {
  const out = {};
  for (const [name, value] of Object.entries(variables)) {
    if (name.startsWith('PIP_') || (name.startsWith('UV_') && !keptOfUv.test(name))) continue;
    // Modules of another Python must not be found by this one.
    if (['PYTHONHOME', 'PYTHONPATH', 'PYTHONSTARTUP', 'VIRTUAL_ENV', 'CONDA_PREFIX'].includes(name)) continue;
    out[name] = value;
  }
  for (const [option, value] of Object.entries(settings))
    out[`PIP_${option.toUpperCase().replaceAll('-', '_')}`] = value;
  return {
    ...forUv(settings, out, uvKnowsIndexes),
    ...out,
    // The null device means: no file at all.
    PIP_CONFIG_FILE: '/dev/null',
    PIP_DISABLE_PIP_VERSION_CHECK: '1',
    PYTHONNOUSERSITE: '1',
    PYTHONUTF8: '1',
  };
}

function forUv(settings, variables, uvKnowsIndexes) {
  const out = {};
  const set = (name, value) => {
    if (value !== undefined && value !== '') out[name] = value;
  };
  const knowsIndexes =
    uvKnowsIndexes ||
    ['UV_DEFAULT_INDEX', 'UV_INDEX_URL', 'UV_INDEX', 'UV_EXTRA_INDEX_URL'].some((name) => variables[name]);
  if (!knowsIndexes) {
    set('UV_DEFAULT_INDEX', settings['index-url']);
    set('UV_INDEX', words(settings['extra-index-url'] ?? '').join(' '));
    // As pip does: the best version of any index. Which file it may be is fixed by its digest.
    if (out.UV_INDEX !== undefined) out.UV_INDEX_STRATEGY = 'unsafe-best-match';
  }
  // pip passes over a folder that is not there, uv ends.
  const places = words(settings['find-links'] ?? '').filter((place) => place.includes('://') || existsSync(place));
  set('UV_FIND_LINKS', places.join(','));
  if (isTrue(settings['no-index'] ?? '')) out.UV_NO_INDEX = '1';
  set('UV_INSECURE_HOST', words(settings['trusted-host'] ?? '').join(' '));
  set('UV_HTTP_TIMEOUT', settings.timeout);
  set('UV_HTTP_RETRIES', settings.retries);
  if (settings['keyring-provider'] === 'subprocess') out.UV_KEYRING_PROVIDER = 'subprocess';
  set('SSL_CERT_FILE', settings.cert);
  set('SSL_CLIENT_CERT', settings['client-cert']);
  if (settings.proxy !== undefined) for (const name of ['HTTP_PROXY', 'HTTPS_PROXY']) set(name, settings.proxy);
  return out;
}
