import { describe, expect, it } from 'vitest';
import { packageVariables, readPipSettings } from '../../../infra/setup/pip-settings.mjs';

describe('readPipSettings', () => {
  it('keeps where packages come from, in the order in which pip ranks them', () => {
    const output = [
      ":env:.index-url='https://env.example/simple'",
      "global.extra-index-url='\\nhttps://a.example/simple\\nhttps://b.example/simple'",
      "global.index-url='https://global.example/simple'",
      `global.proxy="http://o'hara@proxy.example:3128"`,
      "install.index-url='https://install.example/simple'",
      "install.trusted-host='mirror.example'",
      ":env:.default-timeout='180'",
    ].join('\n');
    expect(readPipSettings(output)).toEqual({
      'index-url': 'https://env.example/simple',
      'extra-index-url': '\nhttps://a.example/simple\nhttps://b.example/simple',
      proxy: "http://o'hara@proxy.example:3128",
      'trusted-host': 'mirror.example',
      timeout: '180',
    });
  });

  it.each(['user', 'target', 'prefix', 'root', 'require-virtualenv', 'constraint', 'no-binary', 'dry-run', 'platform'])(
    'leaves out %s, which says where packages go',
    (name) => expect(readPipSettings(`global.${name}='1'\ninstall.${name}='1'\n:env:.${name}='1'`)).toEqual({}),
  );
});

describe('packageVariables', () => {
  const settings = {
    'index-url': 'https://mirror.example/simple',
    'extra-index-url': '\nhttps://a.example\nhttps://b.example',
  };

  it('passes pip’s indexes on to uv', () => {
    expect(packageVariables({}, settings, false)).toMatchObject({
      PIP_INDEX_URL: 'https://mirror.example/simple',
      UV_DEFAULT_INDEX: 'https://mirror.example/simple',
      UV_INDEX: 'https://a.example https://b.example',
      UV_INDEX_STRATEGY: 'unsafe-best-match',
    });
  });

  it.each([
    ['a file of uv’s', {}, true],
    ['UV_DEFAULT_INDEX', { UV_DEFAULT_INDEX: 'https://own.example' }, false],
    ['UV_INDEX_URL', { UV_INDEX_URL: 'https://own.example' }, false],
  ])('leaves uv its own, by %s', (_, variables, file) => {
    const { UV_DEFAULT_INDEX } = packageVariables(variables, settings, file);
    expect([undefined, 'https://own.example']).toContain(UV_DEFAULT_INDEX);
  });

  it('passes on certificates, hosts, proxies, time limits and local wheels', () => {
    const more = {
      cert: '/etc/ca.pem',
      'trusted-host': 'a b',
      proxy: 'http://p:1',
      timeout: '9',
      'find-links': '/ /none',
    };
    expect(packageVariables({ HTTPS_PROXY: 'http://own:1' }, more, false)).toMatchObject({
      SSL_CERT_FILE: '/etc/ca.pem',
      UV_INSECURE_HOST: 'a b',
      HTTP_PROXY: 'http://p:1',
      HTTPS_PROXY: 'http://own:1',
      UV_HTTP_TIMEOUT: '9',
      // pip passes over a folder that is not there, uv would end.
      UV_FIND_LINKS: '/',
    });
  });

  it.each([
    ...['PIP_USER', 'PIP_TARGET', 'PIP_PREFIX', 'PIP_REQUIRE_VIRTUALENV', 'PIP_CONSTRAINT', 'PIP_NO_BINARY'],
    ...['UV_SYSTEM_PYTHON', 'UV_PYTHON', 'UV_EXCLUDE_NEWER', 'UV_CONSTRAINT', 'UV_NO_BINARY', 'UV_PROJECT'],
    ...['PYTHONHOME', 'PYTHONPATH', 'VIRTUAL_ENV', 'CONDA_PREFIX'],
  ])('%s does not reach what the set-up runs', (name) => {
    expect(packageVariables({ [name]: '1', PATH: '/bin' }, {}, false)).not.toHaveProperty(name);
  });
});
