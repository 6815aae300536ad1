import { it } from 'vitest'
import { readEndpoint } from '../../../relay/src/kubeconfig/endpoint.ts'
import { kubeconfigSchema } from '../../../relay/src/kubeconfig/schema.ts'

/** The endpoint of a cluster with these fields. */
const endpoint = (cluster: object): ReturnType<typeof readEndpoint> => {
  const [named] = kubeconfigSchema.parse({ clusters: [{ name: 'c', cluster }] }).clusters
  if (named === undefined) throw new Error('no cluster')
  return readEndpoint({ name: 'c', file: '/f', value: named.cluster })
}

const server = 'https://k'

it.for([
  ['https://k:6443', 'https://k:6443'],
  ['https://k/', 'https://k'],
  ['https://k/clusters/a/', 'https://k/clusters/a'],
  ['https://[::1]:6443', 'https://[::1]:6443'],
  ['http://127.0.0.1:8001', 'http://127.0.0.1:8001'],
  // As kubectl.
  ['localhost:8080', 'http://localhost:8080'],
])('the server %s is %s', ([text, wanted], { expect }) => {
  expect(endpoint({ server: text })).toMatchObject({ ok: true, value: { server: wanted } })
})

it.for([
  ['http://p', { protocol: 'http:', hostname: 'p', port: 80 }],
  ['https://p:3129', { protocol: 'https:', hostname: 'p', port: 3129 }],
  ['http://u:p%40@[::1]:1', { hostname: '::1', port: 1, authorization: 'Basic dTpwQA==' }],
] as const)('the proxy-url %s', ([url, proxy], { expect }) => {
  expect(endpoint({ server, 'proxy-url': url })).toMatchObject({ ok: true, value: { proxy } })
})

it.for([
  ['no server', {}, 'has no server; expected https://host:port'],
  ['another scheme', { server: 'ftp://k' }, 'has the server "ftp://k"; expected'],
  ['a malformed one', { server: 'https://' }, 'has the server "https://"; expected'],
  ['socks5', { server, 'proxy-url': 'socks5://u:secret@p' }, 'the scheme socks5, which is not'],
  ['socks5h', { server, 'proxy-url': 'socks5h://p' }, 'the scheme socks5, which is not'],
  ['a proxy without a scheme', { server, 'proxy-url': 'secret:1' }, 'has a malformed proxy-url'],
  [
    'a malformed proxy',
    { server, 'proxy-url': 'http://u:secret@p:99999' },
    'has a malformed proxy-url; expected http://host:port',
  ],
] as const)('refuses %s', ([, cluster, wanted], { expect }) => {
  const read = endpoint(cluster)
  const error = read.ok ? '' : read.error
  expect(error).toContain('the cluster "c" in /f has ')
  expect(error).toContain(wanted)
  expect(error).not.toContain('secret')
})
