import { type ControlPlane, startControlPlane } from '@edge-issuer/testbed/control-plane'
import { pollUntil } from '@edge-issuer/testbed/control-plane/poll'
/**
 * The admission policy for the URLs of Issuers, on a real API server.
 *
 * @module
 */
import { afterAll, beforeAll, describe, it } from 'vitest'
import { stringify } from 'yaml'
import { mustKubectl } from '../../e2e/environment.ts'
import { mustHelm, RELEASE } from './helm.ts'

const NAMESPACE = 'default'
const ALLOWED: readonly string[] = ['ca.example.com', '.pki.example.com']
const ENFORCED_LIMIT_MS = 30_000

let plane: ControlPlane

beforeAll(async () => {
  plane = await startControlPlane({ certManager: 'off' })
  await mustKubectl(plane, `create namespace ${RELEASE.namespace}`)
  await mustHelm('install', plane.adminKubeconfig)
  await plane.apply(issuer('Issuer', 'old', 'https://old.example.net'))
  await mustHelm('upgrade', plane.adminKubeconfig, {
    values: { admissionPolicies: { issuerUrls: { allow: ALLOWED } } },
  })
  await pollUntil({
    what: 'the policy to be enforced',
    timeoutMs: ENFORCED_LIMIT_MS,
    probe: async () => (await refusalOf('https://evil.test')) !== '',
  })
})

afterAll(async () => {
  await plane.stop()
})

const issuer = (kind: 'Issuer' | 'ClusterIssuer', name: string, url: string): string =>
  stringify({
    apiVersion: 'edge-issuer.dev/v1alpha1',
    kind,
    metadata: { name, ...(kind === 'Issuer' ? { namespace: NAMESPACE } : {}) },
    spec: { url, authSecretName: 'edge-client' },
  })

/** @returns What the API server says to a new object, which is not made; empty when it takes it. */
async function refusalOf(
  url: string,
  kind: 'Issuer' | 'ClusterIssuer' = 'Issuer',
): Promise<string> {
  const { code, stderr } = await plane.kubectl(['create', '--dry-run=server', '--filename=-'], {
    stdin: issuer(kind, 'new', url),
  })
  return code === 0 ? '' : stderr
}

/** Whether the host, as Node.js would connect to it, is one of those allowed. */
function isAllowed(url: string): boolean {
  const host = new URL(url).hostname.replace(/\.$/u, '')
  return ALLOWED.some((one) => (one.startsWith('.') ? host.endsWith(one) : host === one))
}

describe('the URL of an Issuer', () => {
  it.for([
    'https://ca.example.com',
    'https://ca.example.com/',
    'https://ca.example.com:8443/path',
    'https://CA.Example.COM',
    'https://ca.example.com./',
    'https://ca.example.com.:8443/',
    'https://a.pki.example.com',
    'https://a.b.pki.example.com/pki.example.net',
    'https://xn--bcher-kva.pki.example.com',
  ])('may be %s', async (url, { expect }) => {
    expect(isAllowed(url)).toBe(true)
    expect(await refusalOf(url)).toBe('')
  })

  it.for([
    'https://evil.test',
    'https://pki.example.com',
    'https://.pki.example.com',
    'https://evilca.example.com',
    'https://x.ca.example.com',
    'https://ca.example.com.evil.test',
    'https://ca.example.com..',
    'https://evil.test/ca.example.com',
    'https://evil.test/.pki.example.com',
    'https://evil.test:443/a.pki.example.com',
    'https://10.0.0.1',
    'https://10.0.0.1:6443/ca.example.com',
    'https://[::1]',
    'https://[::ffff:10.0.0.1]:443/.pki.example.com',
    'https://[fe80::1%25.pki.example.com]',
    'https://localhost',
    'https://kubernetes.default.svc',
    'https://a.pki.example.com%2eevil.test',
    'https://evil.test%E3%80%82pki.example.com',
    'https://evil.test\uFF0F.pki.example.com',
    'https://evil.test\u3002pki.example.com',
  ])('may not be %s', async (url, { expect }) => {
    expect(await refusalOf(url)).toMatch(
      /the host of spec\.url must be one of: ca\.example\.com, \.pki\.example\.com|must be an absolute https URL/u,
    )
  })

  it.for([
    'https://ca.example.com@evil.test',
    'https://ca.example.com:x@evil.test',
    'https://evil.test\\.pki.example.com',
    'https://evil.test%2f.pki.example.com',
    'https://evil.test%00.pki.example.com',
    'https://evil.test\t.pki.example.com',
    'https://evil.test?.pki.example.com',
    'https://evil.test#.pki.example.com',
    'https:ca.example.com',
    'https:/ca.example.com',
    'https:///ca.example.com',
    '//ca.example.com',
    'http://ca.example.com',
    ' https://ca.example.com',
  ])('is refused already by the CRD: %s', async (url, { expect }) => {
    expect(await refusalOf(url, 'ClusterIssuer')).toContain('spec.url')
    expect(await refusalOf(url)).not.toBe('')
  })

  it('may be any in a ClusterIssuer', async ({ expect }) => {
    expect(await refusalOf('https://10.0.0.1', 'ClusterIssuer')).toBe('')
  })

  it('that was there before may stay, and not change', async ({ expect }) => {
    const patch = async (body: object): Promise<string> => {
      const { code, stderr } = await plane.kubectl([
        'patch',
        'issuer.edge-issuer.dev/old',
        `--namespace=${NAMESPACE}`,
        '--type=merge',
        `--patch=${JSON.stringify(body)}`,
      ])
      return code === 0 ? '' : stderr
    }
    expect(await patch({ metadata: { labels: { a: 'b' } } })).toBe('')
    expect(await patch({ spec: { authSecretName: 'other' } })).toBe('')
    expect(await patch({ spec: { url: 'https://other.example.net' } })).toContain('spec.url')
    expect(await patch({ spec: { url: 'https://a.pki.example.com' } })).toBe('')
    await mustKubectl(plane, `delete issuer.edge-issuer.dev/old --namespace ${NAMESPACE}`)
  })
})
