import { describe, it } from 'vitest'
import { readProxyVariables } from '../../../relay/src/net/proxy.ts'

const PROXY = { HTTPS_PROXY: 'http://proxy:3128' }

/** The more exhaustive table has Go as its oracle: test/oracle/checked/proxies.test.ts. */
describe('readProxyVariables', () => {
  it.for([
    ['example.com', ['example.com', 'a.example.com'], ['notexample.com', 'example.org']],
    ['.example.com', ['a.example.com'], ['example.com']],
    ['*.example.com', ['a.example.com'], ['example.com']],
    ['example.com:8443', [], ['example.com']],
    ['example.com:443', ['example.com'], []],
    ['10.0.0.0/8, fd00::/8', ['10.1.2.3', 'fd00::1'], ['11.1.2.3', 'fe00::1']],
    ['::/0', ['fd00::1'], ['10.1.2.3']],
    ['10.1.2.3', ['10.1.2.3', '::ffff:10.1.2.3'], ['10.1.2.4']],
    ['*', ['example.com', '10.1.2.3'], []],
    ['', ['localhost', '127.0.0.1', '::1'], ['example.com']],
  ] as const)('NO_PROXY=%s', ([noProxy, direct, proxied], { expect }) => {
    const proxyFor = readProxyVariables({ ...PROXY, NO_PROXY: noProxy })
    if (!proxyFor.ok) throw new Error(proxyFor.error)
    const via = (hostname: string): boolean => proxyFor.value({ hostname, port: '' }) !== undefined
    expect(direct.filter(via)).toEqual([])
    expect(proxied.filter((hostname) => !via(hostname))).toEqual([])
  })

  it.for([
    'http://:80',
    'http://proxy:99999',
    'http://proxy:0',
    'http://a b',
    'ftp://proxy:21',
    'socks5://proxy:1080',
    'http://user:%zz@proxy',
    'proxy:port',
  ])('refuses %s, and does not quote it', (value, { expect }) => {
    const read = readProxyVariables({ https_proxy: value, HTTPS_PROXY: 'http://other' })
    expect(read).toEqual({
      ok: false,
      error: expect.stringMatching(/^the environment variable https_proxy is malformed; /),
    })
    expect(JSON.stringify(read)).not.toContain(value)
  })
})
