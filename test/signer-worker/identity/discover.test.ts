import { it } from 'vitest'
import { isDiscoveryUrl } from '../../../signer-worker/src/config/discovery-hosts.ts'
import { discoverKeys } from '../../../signer-worker/src/identity/discover.ts'
import { makeClusterKey } from '../../support/cluster-token.ts'

const HOST = 'oidc.eks.eu-central-1.amazonaws.com'
const ISSUER = `https://${HOST}/id/ABC`
const URL_OF_CONFIGURATION = `${ISSUER}/.well-known/openid-configuration`
const JWKS_URL = `${ISSUER}/keys`
const { jwk } = makeClusterKey('ES256', 'a')

type Respond = () => Response | Promise<Response>
const json = (value: unknown, init?: ResponseInit): Response =>
  new Response(JSON.stringify(value), init)
const configuration: Respond = () => json({ issuer: ISSUER, jwks_uri: JWKS_URL, other: [1] })
const keys: Respond = () => json({ keys: [jwk] })

/** A body that never ends: `first`, then nothing. */
const endless = (first: string): Response =>
  new Response(
    new ReadableStream({
      start: (controller) => {
        controller.enqueue(new TextEncoder().encode(first))
      },
    }),
  )
const never: Respond = async () => new Promise<Response>(() => undefined)

async function discover(
  pages: Readonly<Record<string, Respond>>,
  { url = URL_OF_CONFIGURATION, isEnded = false, moreHosts = [] as readonly string[] } = {},
): Promise<{ readonly result: unknown; readonly fetched: readonly string[] }> {
  const fetched: string[] = []
  const controller = new AbortController()
  const fetch = async (asked: string, init: RequestInit): Promise<Response> => {
    fetched.push(asked)
    if (init.redirect !== 'manual') throw new Error('follows redirects')
    const page = pages[asked]
    if (isEnded) setTimeout(() => controller.abort(), 10)
    return page === undefined ? new Response('', { status: 404 }) : page()
  }
  const { signal } = controller
  const result = await discoverKeys({ url, issuer: ISSUER }, { fetch, moreHosts, signal })
  return { result, fetched }
}

const GOOD = { [URL_OF_CONFIGURATION]: configuration, [JWKS_URL]: keys }

it('reads the configuration, then the set that it names', async ({ expect }) => {
  const { result, fetched } = await discover(GOOD)
  expect(result).toEqual({ ok: true, value: { keys: [jwk] } })
  expect(fetched).toEqual([URL_OF_CONFIGURATION, JWKS_URL])
})

const redirect: Respond = () => Response.redirect(`${ISSUER}/elsewhere`, 302)
const html: Respond = () =>
  new Response('<!doctype html><title>Sign in</title>', {
    headers: { 'content-type': 'text/html' },
  })
const huge: Respond = () => new Response(`{"a":"${'x'.repeat(40_000)}"}`)

it.for<[name: string, configuration: Respond, keys: Respond, want: string]>([
  ['a redirect of the configuration', redirect, keys, 'responded with status 302'],
  ['a redirect of the set', configuration, redirect, 'responded with status 302'],
  ['HTML instead of the configuration', html, keys, 'is not JSON'],
  ['HTML instead of the set', configuration, html, 'is not JSON'],
  ['a huge configuration', huge, keys, 'exceeds 32768 bytes'],
  ['a huge set', configuration, huge, 'exceeds 32768 bytes'],
  ['bytes that are no UTF-8', () => new Response(new Uint8Array([0xff])), keys, 'failed'],
  ['an error', () => new Response('{}', { status: 500 }), keys, 'responded with status 500'],
  ['no network', async () => Promise.reject(new Error('refused')), keys, 'failed: refused'],
  ['another document', () => json({}), keys, 'is not an OpenID configuration'],
  [
    'the configuration of another issuer',
    () => json({ issuer: `${ISSUER}/`, jwks_uri: JWKS_URL }),
    keys,
    'another issuer',
  ],
  [
    'a set without TLS',
    () => json({ issuer: ISSUER, jwks_uri: JWKS_URL.replace('https', 'http') }),
    keys,
    'is not a URL of a host',
  ],
  [
    'a set on another host',
    () => json({ issuer: ISSUER, jwks_uri: 'https://169.254.169.254/keys' }),
    keys,
    'is not a URL of a host',
  ],
  ['an empty set', configuration, () => json({ keys: [] }), 'keys'],
  ['a set of eleven keys', configuration, () => json({ keys: manyKeys(11) }), 'keys'],
  ['a private key', configuration, () => json({ keys: [{ ...jwk, d: 'AA' }] }), 'private'],
  ['a kid twice', configuration, () => json({ keys: [jwk, jwk] }), 'kid twice'],
])('%s gives no keys', async ([, first, second, want], { expect }) => {
  const { result } = await discover({ [URL_OF_CONFIGURATION]: first, [JWKS_URL]: second })
  expect(result).toEqual({ ok: false, error: expect.stringContaining(want) })
})

const manyKeys = (count: number): readonly unknown[] =>
  Array.from({ length: count }, (_, index) => ({ ...jwk, kid: String(index) }))

it.for<[name: string, configuration: Respond, keys: Respond]>([
  ['a configuration that hangs', never, keys],
  ['a set that hangs', configuration, never],
  ['a configuration that never ends', () => endless('{"issuer":'), keys],
  ['a set that never ends', configuration, () => endless('{"keys":[')],
])('%s ends in time', async ([, first, second], { expect }) => {
  const pages = { [URL_OF_CONFIGURATION]: first, [JWKS_URL]: second }
  const { result } = await discover(pages, { isEnded: true })
  expect(result).toEqual({ ok: false, error: expect.stringContaining('failed') })
})

it('a host that is not on the list is never called', async ({ expect }) => {
  const url = 'https://oidc.example.com/.well-known/openid-configuration'
  const { result, fetched } = await discover({}, { url })
  expect(result).toEqual({ ok: false, error: expect.stringContaining('not a URL of a host') })
  expect(fetched).toEqual([])
})

it.for<[url: string, want: boolean]>([
  [URL_OF_CONFIGURATION, true],
  ['https://oidc.eks.cn-north-1.amazonaws.com.cn/id/A', true],
  ['https://container.googleapis.com/v1/projects/p/locations/l/clusters/c', true],
  ['https://eastus.oic.prod-aks.azure.com/t/u/', true],
  ['https://issuer.example.com/keys', true],
  ['https://ISSUER.example.com/keys', true],
  ['https://issuer.example.com:8443/keys', false],
  ['https://user@issuer.example.com/keys', false],
  ['https://issuer.example.com.evil.example/keys', false],
  ['https://evil.example/issuer.example.com', false],
  ['https://oidc.eks.a.b.amazonaws.com/', false],
  ['https://xcontainer.googleapis.com/', false],
  ['https://127.0.0.1/', false],
  ['https://localhost/', false],
  ['http://issuer.example.com/keys', false],
  ['file:///etc/passwd', false],
  ['', false],
])('%s: %s', ([url, want], { expect }) => {
  expect(isDiscoveryUrl(url, ['issuer.example.com'])).toBe(want)
})
